// The typed client, watching pages of a service that runs, behind a proxy that treats streams as it likes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient, infoOf } from "../../client/src/client.ts";
import type { ClientOptions, PageInfo, SessionPage } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import type { StreamProxy } from "../support/stream-proxy.ts";

let product: NodeProduct;
let proxy: StreamProxy;
const stops: (() => void)[] = [];
beforeAll(async () => {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "1" });
});
beforeEach(async () => {
  proxy = await startStreamProxy(product.url);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await proxy.close();
});
afterAll(() => product.stop());

const quick = { pollMs: 200, graceMs: 1_000, streamRetryMs: 500, firstMsMax: 1_000 };
/** A stream has all the time that a busy machine may need. */
const patient = { graceMs: 600_000, firstMsMax: 600_000, silenceMsMax: 600_000 };

/** Watches live sessions of one app, and notes what was told. */
function watching(waits: ClientOptions["waits"], query: { search?: string } = {}) {
  const client = createClient({ baseUrl: proxy.url, waits });
  const states: string[] = [];
  const instants: (number | undefined)[] = [];
  const problems: string[] = [];
  const pages: { page: SessionPage; info: PageInfo }[] = [];
  const onPage = (page: SessionPage, info: PageInfo) => void pages.push({ page, info });
  const stop = client.sessions.watch("support", { status: "LIVE", ...query }, onPage, {
    onState(state, asOf) {
      if (state !== states.at(-1)) states.push(state);
      instants.push(asOf);
    },
    onProblem: ({ code }) => void problems.push(code),
  });
  stops.push(stop);
  const shows = (id: string) => pages.at(-1)?.page.data.sessions.some((session) => session.id === id) ?? false;
  const isIn = (state: string) => states.at(-1) === state;
  return { states, instants, problems, pages, shows, isIn, stop };
}

const start = (title?: string) =>
  product.simulator.steering().start({ app: "support", ...(title !== undefined && { title }) }).session_id;

describe("where streams pass", () => {
  it("a watch is live: the page comes at once, and again when something changes, and nothing is polled", async () => {
    const watched = watching(patient);
    await until(() => watched.pages.length > 0);
    const id = start();
    await until(() => watched.shows(id));
    expect(watched.states).toEqual(["connecting", "live"]);
    expect(watched.problems).toEqual([]);
    expect(proxy.pages()).toEqual([]);
    expect(watched.pages.at(-1)?.info).toMatchObject({ isStale: false });
    expect(watched.instants.at(-1)).toBe(watched.pages.at(-1)?.info.asOf);
  });

  it("a stream that is cut comes back by itself, says what it has, and misses nothing", async () => {
    const watched = watching(patient, { search: "the one that is cut" });
    await until(() => watched.isIn("live"));
    await until(() => watched.pages.length === 1);
    proxy.cut();
    await until(() => watched.isIn("connecting"));
    await until(() => watched.isIn("live"));
    const [first, second] = proxy.streams();
    expect(first?.headers).not.toHaveProperty("last-event-id");
    expect(second?.headers["last-event-id"]).toMatch(/^"[0-9a-f]{32}"$/);
    // The page is the same: it is confirmed, and not told again.
    expect(watched.pages).toHaveLength(1);
    expect(watched.instants.at(-1)).toBeGreaterThanOrEqual(watched.pages[0]?.info.asOf ?? Infinity);

    proxy.treat("cut");
    proxy.cut();
    const id = start("the one that is cut off");
    proxy.treat("pass");
    await until(() => watched.shows(id));
    expect(watched.problems).toEqual([]);
  });

  it("a service that was restarted is found again", async () => {
    const own = await startNodeProduct({ FRESH_LIVE_SECONDS: "1" });
    const before = proxy;
    proxy = await startStreamProxy(own.url);
    try {
      const watched = watching({ ...quick, graceMs: 60_000, firstMsMax: 60_000 });
      await until(() => watched.isIn("live"));
      await own.process.kill();
      await until(() => watched.problems.length > 0);
      await own.process.start();
      await until(() => watched.isIn("live"));
      const { session_id: id } = own.simulator.steering().start({ app: "support" });
      await until(() => watched.shows(id));
    } finally {
      for (const stop of stops.splice(0)) stop();
      await before.close();
      await own.stop();
    }
  });

  it("an item is watched as a list is, and that nobody is in a meeting is said without an end", async () => {
    const client = createClient({ baseUrl: proxy.url, waits: patient });
    const steering = product.simulator.steering();
    const { meeting_id: meeting, session_id: id } = steering.start({ app: "support" });
    const seen: (string | number)[] = [];
    stops.push(
      client.sessions.watchActive("support", meeting, {}, ({ data }) => void seen.push(data.live_participants ?? -1), {
        onProblem: ({ code }) => void seen.push(code),
      }),
    );
    await until(() => seen.at(-1) === 1);
    steering.join(id);
    await until(() => seen.at(-1) === 2);
    steering.end(id);
    await until(() => seen.at(-1) === "no_active_session");
    steering.start({ app: "support", meeting });
    await until(() => seen.at(-1) === 1);
    expect(seen).toEqual([1, 2, "no_active_session", 1]);
  });
});

describe("where streams don't pass", () => {
  it.each(["refuse", "html", "cut", "hold", "hold-body"] as const)(
    "because a proxy would %s them, a watch polls, shows what changes, and is live once they pass",
    async (treatment) => {
      proxy.treat(treatment);
      const watched = watching(quick);
      await until(() => watched.pages.length > 0);
      const id = start();
      await until(() => watched.shows(id));
      expect(watched.states).toEqual(["connecting", "polling"]);
      expect(watched.problems).toEqual([]);
      await until(() => proxy.pages().some(({ status }) => status === 304));
      proxy.treat("pass");
      proxy.cut();
      await until(() => watched.isIn("live"));
      const other = start();
      await until(() => watched.shows(other));
      const polled = proxy.pages().length;
      await until(() => proxy.streams().at(-1)?.status === 200);
      expect(proxy.pages().length).toBe(polled);
    },
  );

  it("a stream that falls silent is opened again", async () => {
    const watched = watching({ ...patient, silenceMsMax: 2_000 }, { search: "nothing is called so" });
    await until(() => watched.states.filter((state) => state === "live").length === 2);
    expect(proxy.streams().length).toBeGreaterThanOrEqual(2);
  });

  it("without a network a watch is offline, says so once, keeps its page, and comes back", async () => {
    const watched = watching(quick);
    await until(() => watched.isIn("live"));
    const asOf = watched.instants.at(-1);
    proxy.treat("down");
    proxy.cut();
    await until(() => watched.isIn("offline"));
    await until(() => proxy.pages().filter(({ status }) => status === 0).length > 2);
    expect(watched.problems).toEqual(["network_failed"]);
    expect(watched.instants.at(-1)).toBeGreaterThanOrEqual(asOf ?? Infinity);
    const pageCount = watched.pages.length;
    proxy.treat("pass");
    await until(() => watched.isIn("live"));
    // Once more, as it holds again.
    await until(() => watched.pages.length > pageCount);
  });
});

describe("a watch that is refused", () => {
  it("says why, and goes on asking, less and less often", async () => {
    const client = createClient({ baseUrl: proxy.url, waits: quick });
    const problems: string[] = [];
    const stop = client.sessions.watch("nobody", {}, () => {}, { onProblem: ({ code }) => void problems.push(code) });
    stops.push(stop);
    await until(() => proxy.pages().length >= 3);
    expect(problems).toEqual(["not_found"]);
    stop();
  });

  it("shows the page that holds while the upstream fails, with the problem, and the page again when it is over", async () => {
    const watched = watching(patient);
    await until(() => watched.isIn("live"));
    product.simulator.setFaults([{ kind: "error", status: 500 }]);
    await until(() => watched.problems.length > 0);
    expect(watched.isIn("live")).toBe(true);
    expect(infoOf(watched.pages.at(-1)?.page ?? {})).toMatchObject({ isStale: true });
    const pageCount = watched.pages.length;
    product.simulator.setFaults([]);
    await until(() => watched.pages.length > pageCount);
    expect(watched.pages.at(-1)?.info).toMatchObject({ isStale: false });
  });
});

describe("in front of the Worker", () => {
  it("a watch is live, is cut and comes back, and polls with 304s while streams are refused", async () => {
    const worker = await startWorkerProduct({ FRESH_LIVE_SECONDS: "1" });
    const before = proxy;
    proxy = await startStreamProxy(worker.url);
    try {
      const watched = watching({ ...quick, graceMs: 60_000, firstMsMax: 60_000 });
      await until(() => watched.isIn("live"));
      const { session_id: id } = worker.simulator.steering().start({ app: "support" });
      await until(() => watched.shows(id));
      proxy.cut();
      await until(() => proxy.streams().some(({ headers }) => headers["last-event-id"] !== undefined));
      await until(() => watched.isIn("live"));
      proxy.treat("refuse");
      proxy.cut();
      await until(() => watched.isIn("polling"));
      await until(() => proxy.pages().some(({ status }) => status === 304));
      worker.simulator.steering().end(id);
      await until(() => !watched.shows(id));
    } finally {
      for (const stop of stops.splice(0)) stop();
      await before.close();
      await worker.stop();
    }
  });
});

it("nothing is told, and nothing asked, after a watch was stopped", async () => {
  const watched = watching(patient);
  await until(() => watched.pages.length > 0);
  watched.stop();
  watched.stop();
  await until(() => proxy.openCount() === 0);
  const before = [watched.pages.length, watched.states.length, watched.problems.length];
  const asked = proxy.passed().length;
  const id = start();
  const other = watching(patient);
  await until(() => other.shows(id));
  expect([watched.pages.length, watched.states.length, watched.problems.length]).toEqual(before);
  expect(proxy.passed().length - asked).toBe(1);
});
