// Streams: what happens in a meeting is on every open stream at once, a stream lasts as long as the right to it, and a purge is
// everybody's.
//
// Where events come, no page is loaded again for its age: what arrives was told by an event. The simulator's own meetings change too, so
// every wait is for the ids of one that the test started.
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import * as z from "zod";
import { purgePath } from "../../src/http/purge-route.ts";
import { bearer, keyed, serverKey, signed, tokenOf } from "../support/callers.ts";
import type { Product, StartProduct } from "../support/product.ts";
import type { OpenStream } from "../support/stream.ts";
import { webhookPath } from "../support/webhooks.ts";
import { ask, askPage, callCount, pagePath, until, withProduct } from "./steps.ts";

export const live = (path: string) => path.replace("/v1/", "/v1/live/");
const appList = "/v1/apps/support/sessions?status=LIVE";
const listOf = (meeting: string) => `/v1/apps/support/sessions?associated_id=${meeting}`;

/** No page is loaded again for its age. */
export const ageless = {
  FRESH_LIVE_SECONDS: "3600",
  FRESH_LIVE_WITH_WEBHOOKS_SECONDS: "3600",
  FRESH_RECENT_SECONDS: "86400",
};

/** An event is worth nothing if polling had found the change as soon: pages are fresh for 60 s where events come. */
const soonMs = 15_000;

const Rows = z.object({
  data: z.object({
    sessions: z.array(z.object({ id: z.string(), status: z.string(), live_participants: z.number() })),
  }),
});
type Row = z.infer<typeof Rows>["data"]["sessions"][number];

/** The row of a session on the newest page of a stream. */
function rowOn(stream: OpenStream, id: string): Row | undefined {
  const page = stream.events().findLast(({ event }) => event === "page")?.data;
  return page === undefined ? undefined : Rows.parse(JSON.parse(page)).data.sessions.find((row) => row.id === id);
}

export const hasPage = (stream: OpenStream) => stream.events().some(({ event }) => event === "page");
const codeIn = (data = "{}") => z.object({ code: z.string() }).parse(JSON.parse(data)).code;

async function withEvents(start: StartProduct, use: (product: Product) => Promise<void>): Promise<void> {
  await withProduct(start, { ...ageless, WEBHOOKS: "on" }, async (product) => {
    product.simulator.registerWebhook(product.url + webhookPath);
    await use(product);
  });
}

/** How long after `change` each of what is waited for came true, in milliseconds; none may take as long as polling. */
export async function expectSoon(
  name: string,
  change: () => void,
  arrivals: Readonly<Record<string, () => boolean | Promise<boolean>>>,
): Promise<void> {
  const changedAt = performance.now();
  change();
  const waits = Object.entries(arrivals).map(async ([where, hasArrived]) => {
    await until(hasArrived);
    return [where, Math.round(performance.now() - changedAt)] as const;
  });
  const measured = await Promise.all(waits);
  console.log(`${name}: ${measured.map(([where, ms]) => `${where} ${ms} ms`).join(", ")}`);
  for (const [where, ms] of measured) expect(ms, `${name}, ${where}`).toBeLessThan(soonMs);
}

export function liveScenarios(start: StartProduct): void {
  it("has what starts, fills and ends in the simulator on every open stream, and for whoever polls", () =>
    withEvents(start, async (product) => {
      const steering = product.simulator.steering();
      const meeting = randomUUID();
      const open = async (path: string) => product.follow(live(path));
      const ofApp = await open(appList);
      const ofMeeting = await open(listOf(meeting));
      const active = await open(`/v1/apps/support/meetings/${meeting}/active-session`);
      await until(() => hasPage(ofApp) && hasPage(ofMeeting) && active.events().length > 1);
      const polled = await ask(product, listOf(meeting));
      const poll = async () =>
        (await ask(product, listOf(meeting), { headers: { "if-none-match": polled.etag } })).status;
      expect(await poll()).toBe(304);

      let id = "";
      await expectSoon("a start", () => void (id = steering.start({ app: "support", meeting }).session_id), {
        "list of the app": () => rowOn(ofApp, id)?.status === "LIVE",
        "list of the meeting": () => rowOn(ofMeeting, id)?.status === "LIVE",
        "active session": () => active.events().at(-1)?.data?.includes(id) ?? false,
        poller: async () => (await poll()) === 200,
      });
      const participants = await open(`/v1/apps/support/sessions/${id}/participants`);
      await until(() => hasPage(participants));
      let newcomer = "";
      await expectSoon("a join", () => void (newcomer = steering.join(id).participants.at(-1) ?? ""), {
        "list of the app": () => rowOn(ofApp, id)?.live_participants === 2,
        "list of the meeting": () => rowOn(ofMeeting, id)?.live_participants === 2,
        participants: () => participants.events().at(-1)?.data?.includes(newcomer) ?? false,
      });
      await expectSoon("an end", () => void steering.end(id), {
        "list of the app": () => rowOn(ofApp, id) === undefined,
        "list of the meeting": () => rowOn(ofMeeting, id)?.status === "ENDED",
        "active session": () => active.events().at(-1)?.event === "problem",
      });
      expect(codeIn(active.events().at(-1)?.data)).toBe("no_active_session");
      const streams = [ofApp, ofMeeting, active, participants];
      expect(streams.map(({ headers }) => headers.get("content-encoding"))).toEqual([null, null, null, null]);
      await Promise.all(streams.map(async (stream) => stream.close()));
    }));

  it("looks for changes by itself where no events are taken", () =>
    withProduct(start, { FRESH_LIVE_SECONDS: "1", FRESH_RECENT_SECONDS: "1" }, async (product) => {
      const stream = await product.follow(live(appList));
      await until(() => hasPage(stream));
      let id = "";
      await expectSoon(
        "a start, without events",
        () => void (id = product.simulator.steering().start({ app: "support" }).session_id),
        { "list of the app": () => rowOn(stream, id)?.status === "LIVE" },
      );
      await stream.close();
    }));

  it("has ten streams of a caller, and a place for another once a client has gone away", () =>
    withProduct(start, ageless, async (product) => {
      const streams = await Promise.all(Array.from({ length: 10 }, async () => product.follow(live(appList))));
      expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
      const refused = await ask(product, live(appList));
      expect(refused).toMatchObject({ status: 429, code: "rate_limited", retryAfter: 30 });
      await streams[3]?.close();
      // Local workerd notices at the next keep-alive, within 15 s.
      const next = await until(async () => {
        const stream = await product.follow(live(appList));
        if (stream.status === 200) return stream;
        await until(() => stream.isOver());
        return undefined;
      });
      await until(() => hasPage(next));
      expect(callCount(product)).toBe(1);
      await Promise.all([next, ...streams].map(async (stream) => stream.close()));
    }));

  it("refuses a stream as its page, and ends it with a problem once the token has ended", () =>
    withProduct(start, { ...ageless, ...signed({}) }, async (product) => {
      const forged = bearer("not.a.token");
      for (const headers of [{}, forged, { cookie: "token=x" }]) {
        expect(await ask(product, live(appList), { headers })).toMatchObject({ status: 401, code: "unauthorized" });
      }
      const [now, seconds] = [Date.now(), Math.floor(Date.now() / 1_000)];
      const ending = await tokenOf({ exp: seconds + 5 }, now);
      const [brief, lasting] = [bearer(ending), bearer(await tokenOf({}, now))];
      expect(await ask(product, live("/v1/apps/nobody/sessions"), { headers: brief })).toMatchObject({ status: 404 });
      const ended = await product.follow(live(appList), { headers: brief });
      const other = await product.follow(live(appList), { headers: lasting });
      await until(() => hasPage(ended) && hasPage(other));
      await until(() => ended.isOver());
      const last = ended.events().at(-1);
      expect([last?.event, codeIn(last?.data)]).toEqual(["problem", "unauthorized"]);
      expect(other.isOver()).toBe(false);
      expect(product.logs().join("\n")).not.toContain(ending.slice(0, 40));
      await other.close();
    }));

  it("has a purge seen by the next reader and on open streams", () =>
    withProduct(start, { ...ageless, ...keyed({ grants: ["purge"] }) }, async (product) => {
      const headers = bearer(serverKey);
      const read = async () => askPage(product, pagePath(5), { headers });
      const purge = async (more: object) =>
        ask(product, purgePath, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ app: "support", ...more }),
        });
      const isFresh = /; hit; ttl=[1-9]/;
      const stream = await product.follow(live(appList), { headers });
      await until(() => hasPage(stream));
      // What an isolate knew a moment ago holds for a second; no page is loaded again for its age.
      for (const [name, more] of [
        ["a hard purge", { hard: true }],
        ["a soft purge", {}],
      ] as const) {
        await until(async () => isFresh.test((await read()).cacheStatus));
        const { session_id: id } = product.simulator.steering().start({ app: "support" });
        expect((await read()).text).not.toContain(id);
        let isPurged = false;
        const purged = async () => (isPurged = (await purge(more)).status === 200);
        await expectSoon(name, () => void purged(), {
          "next reader": async () => isPurged && (await read()).text.includes(id),
          stream: () => rowOn(stream, id) !== undefined,
        });
      }
      expect(await ask(product, purgePath, { method: "POST" })).toMatchObject({ status: 401 });
      await stream.close();
    }));
}
