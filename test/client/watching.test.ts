// The typed client, watching pages of a service that runs, where streams pass and where they are refused.
import { expect, it } from "vitest";
import { infoOf } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { patient, quick, withScene } from "./watching-rig.ts";

it("a watch is live where streams pass: the page comes at once, and when something changes, and nothing is polled", () =>
  withScene(startNodeProduct, async ({ proxy, start, watching }) => {
    const watched = watching(patient);
    await until(() => watched.pages.length > 0);
    const id = start();
    await until(() => watched.shows(id));
    expect(watched.states).toEqual(["connecting", "live"]);
    expect(watched.problems).toEqual([]);
    expect(proxy.pages()).toEqual([]);
    expect(watched.pages.at(-1)?.info).toMatchObject({ isStale: false });
    expect(watched.instants.at(-1)).toBe(watched.pages.at(-1)?.info.asOf);
  }));

it("a stream that is cut comes back by itself, says what it has, and misses nothing", () =>
  withScene(startNodeProduct, async ({ proxy, start, watching }) => {
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
  }));

it("where streams are refused a watch polls, pays 304s, shows what changes, and is live once they pass", () =>
  withScene(startNodeProduct, async ({ proxy, start, watching }) => {
    proxy.treat("refuse");
    const watched = watching(quick);
    await until(() => watched.pages.length > 0);
    const id = start();
    await until(() => watched.shows(id));
    await until(() => proxy.pages().some(({ status }) => status === 304));
    expect(watched.states).toEqual(["connecting", "polling"]);
    expect(watched.problems).toEqual([]);
    proxy.treat("pass");
    await until(() => watched.isIn("live"));
  }));

it("an item is watched as a list is, and that nobody is in a meeting is said without an end", () =>
  withScene(startNodeProduct, async ({ product, client }) => {
    const steering = product.simulator.steering();
    const { meeting_id: meeting, session_id: id } = steering.start({ app: "support" });
    const seen: (string | number)[] = [];
    const stop = client(patient).sessions.watchActive(
      "support",
      meeting,
      {},
      ({ data }) => void seen.push(data.live_participants ?? -1),
      { onProblem: ({ code }) => void seen.push(code) },
    );
    await until(() => seen.at(-1) === 1);
    steering.join(id);
    await until(() => seen.at(-1) === 2);
    steering.end(id);
    await until(() => seen.at(-1) === "no_active_session");
    steering.start({ app: "support", meeting });
    await until(() => seen.at(-1) === 1);
    expect(seen).toEqual([1, 2, "no_active_session", 1]);
    stop();
  }));

it("a watch that is refused says why, and goes on asking", () =>
  withScene(startNodeProduct, async ({ proxy, client }) => {
    const problems: string[] = [];
    const stop = client(quick).sessions.watch("nobody", {}, () => {}, {
      onProblem: ({ code }) => void problems.push(code),
    });
    await until(() => proxy.pages().length >= 3);
    expect(problems).toEqual(["not_found"]);
    stop();
  }));

it("while the upstream fails the last page holds as a stale one, with the problem; it comes again when that is over", () =>
  withScene(startNodeProduct, async ({ product, watching }) => {
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
  }));

it("nothing is told, and nothing asked, after a watch was stopped", () =>
  withScene(startNodeProduct, async ({ proxy, start, watching }) => {
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
  }));
