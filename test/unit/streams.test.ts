// What one client is sent, when it is cut off, how many streams there may be, and how many looks one page costs.
import { describe, expect, it } from "vitest";
import { createChangeLog } from "../../src/cache/change-log.ts";
import type { Entry } from "../../src/cache/store.ts";
import type { Failure, Result } from "../../src/ground/errors.ts";
import { createEventStream } from "../../src/http/event-stream.ts";
import { createStreamPlaces } from "../../src/limits/streams.ts";
import type { Admission, AnswerContext } from "../../src/service/answer.ts";
import { createWatches, type Listener } from "../../src/service/watches.ts";
import { makeEntry } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";

const decoder = new TextDecoder();

/** A client that takes `room` writes before it is full. */
function createClient({ room = 1_000, lastId }: { room?: number; lastId?: string } = {}) {
  const written: string[] = [];
  const client = { written, room, isEnded: false, isDropped: false };
  const stream = createEventStream(
    {
      write(bytes) {
        written.push(decoder.decode(bytes));
        client.room -= 1;
        return client.room > 0;
      },
      end: () => void (client.isEnded = true),
      drop: () => void (client.isDropped = true),
    },
    { lastId, now: 0, random: () => 0.5 },
  );
  return { ...client, state: client, stream, written };
}

const [v1, v2, v3] = await Promise.all(["v1", "v2", "v3"].map((text) => makeEntry(text, 0)));
if (!v1 || !v2 || !v3) throw new Error("no entries");

describe("a stream", () => {
  it("begins with how soon to come back, and sends a page with its ETag as id", () => {
    const { stream, written } = createClient();
    stream.page(v1);
    expect(written).toEqual(["retry: 3000\n\n", `event: page\nid: ${v1.etag}\ndata: v1\n\n`]);
  });

  it("sends a page once, and not at all where the client has it", () => {
    const { stream, written } = createClient({ lastId: v1.etag });
    for (const entry of [v1, v2, v2, { ...v2, sequence: 9 }]) stream.page(entry);
    expect(written.slice(1)).toEqual([`event: page\nid: ${v2.etag}\ndata: v2\n\n`]);
  });

  it("says a problem once, and sends the page again after it, changed or not", () => {
    const { stream, written, state } = createClient({ lastId: v1.etag });
    stream.problem(() => '{"a":1}', false);
    stream.problem(() => '{"a":1}', false);
    stream.page(v1);
    expect(written.slice(1)).toEqual([
      'event: problem\ndata: {"a":1}\n\n',
      `event: page\nid: ${v1.etag}\ndata: v1\n\n`,
    ]);
    expect(state.isEnded).toBe(false);
    stream.problem(() => "{}", true);
    expect(state.isEnded).toBe(true);
  });

  it("says every fifteen seconds that it is there", () => {
    const { stream, written } = createClient();
    for (let second = 0; second <= 45; second += 1) stream.tick(second * 1_000);
    expect(written.slice(1)).toEqual([": keep-alive\n\n", ": keep-alive\n\n", ": keep-alive\n\n"]);
  });

  it("skips pages for a client that reads slowly: it gets the newest next", () => {
    const { stream, written, state } = createClient({ room: 2 });
    stream.page(v1);
    stream.page(v2);
    stream.page(v3);
    state.room = 10;
    stream.ready();
    expect(written.slice(1)).toEqual([
      `event: page\nid: ${v1.etag}\ndata: v1\n\n`,
      `event: page\nid: ${v3.etag}\ndata: v3\n\n`,
    ]);
  });

  it("is cut off when its client takes nothing for half a minute, and not when it takes something", () => {
    const { stream, state } = createClient({ room: 2 });
    stream.page(v1);
    stream.tick(1_000);
    stream.tick(30_999);
    expect(state.isDropped).toBe(false);
    state.room = 2;
    stream.ready();
    stream.tick(31_000);
    stream.page(v2);
    stream.page(v3);
    stream.tick(40_000);
    stream.tick(70_000);
    expect(state.isDropped).toBe(true);
  });
});

describe("places for streams", () => {
  it("are ten for a client, and each is given back once", () => {
    const places = createStreamPlaces(createTestClock());
    const taken = Array.from({ length: 10 }, () => places.take("one"));
    expect(taken.every(({ ok }) => ok)).toBe(true);
    expect(places.take("one")).toMatchObject({
      ok: false,
      failure: { code: "rate_limited", policy: "streams", quota: 10 },
    });
    expect(places.take("another").ok).toBe(true);
    const [first] = taken;
    if (!first?.ok) throw new Error("not taken");
    first.value();
    first.value();
    expect([places.take("one").ok, places.take("one").ok]).toEqual([true, false]);
  });

  it("are ten thousand in all", () => {
    const places = createStreamPlaces(createTestClock());
    for (let client = 0; client < 1_000; client += 1) {
      for (let count = 0; count < 10; count += 1) expect(places.take(`client ${client}`).ok).toBe(true);
    }
    expect(places.take("late")).toMatchObject({
      ok: false,
      failure: { code: "streams_exhausted", retryAfterSeconds: 30 },
    });
  });
});

describe("a watch", () => {
  function createRig(isShared: boolean) {
    const clock = createTestClock();
    const log = createChangeLog(clock);
    const payers: string[] = [];
    let contexts: AnswerContext[] = [];
    /** How many microtasks the load behind each answer takes to be refused; without it there is none. */
    let refusedAfter: number | undefined;
    const refused = async (microtasks: number) => {
      for (let left = microtasks; left > 0; left -= 1) await Promise.resolve();
    };
    let answer: Result<Entry> = { ok: true, value: v1 as Entry };
    const watches = createWatches({
      answers: {
        reload: async ({ client }, context) => {
          payers.push(client);
          contexts.push(context);
          if (refusedAfter !== undefined) context.defer(refused(refusedAfter));
          return answer;
        },
      },
      changes: log,
      clock,
      isShared,
    });
    const listen = (client: string, key = "page") => {
      const heard: (string | Failure)[] = [];
      // A watch looks at nothing of what is asked but its key.
      const admission = { client, endsAt: 0, ask: { question: { key } } } as unknown as Admission;
      const listener: Listener = {
        admission,
        requestId: client,
        defer: () => {},
        page: (entry, failure) => void heard.push(failure ?? entry.etag),
        failed: (failure) => void heard.push(failure),
        tick: () => {},
      };
      return { heard, stop: watches.add(listener) };
    };
    return {
      clock,
      log,
      payers,
      listen,
      contexts: () => contexts,
      forget: () => void (contexts = []),
      refuseLoads: (microtasks: number) => void (refusedAfter = microtasks),
      show: (next: Result<Entry>) => void (answer = next),
    };
  }

  it("is shared by all who ask the same question: one look a second, and each pays in turn", async () => {
    const { listen, clock, payers } = createRig(true);
    const listeners = ["a", "b", "c"].map((client) => listen(client));
    await clock.advance(6_000);
    expect(payers).toEqual(["a", "b", "c", "a", "b", "c"]);
    for (const { heard } of listeners) expect(heard).toHaveLength(6);
    for (const { stop } of listeners) stop();
    await clock.advance(5_000);
    expect([payers.length, clock.pendingTimers()]).toEqual([6, 0]);
  });

  it("is each listener's own where requests can't share", async () => {
    const { listen, clock, payers } = createRig(false);
    listen("a");
    listen("b");
    await clock.advance(2_000);
    expect(payers).toEqual(["a", "b", "a", "b"]);
  });

  it("looks at once after a change, and once for a burst", async () => {
    const { listen, log, clock, payers } = createRig(true);
    listen("a");
    await clock.advance(1_500);
    for (let count = 0; count < 50; count += 1) await log.append({ tags: ["any"], kind: "changed" });
    await clock.advance(20);
    expect(payers).toHaveLength(2);
  });

  it("looks again when work behind an answer has ended", async () => {
    const { listen, clock, payers, contexts } = createRig(true);
    listen("a");
    await clock.advance(1_000);
    contexts()[0]?.defer(Promise.resolve());
    await clock.settle();
    expect(payers).toHaveLength(2);
  });

  it.each([
    [0, 5],
    [20, 10],
  ])(
    "looks at most twice a second where loads behind answers are refused at once (%i microtasks)",
    async (microtasks, looks) => {
      const { listen, clock, payers, refuseLoads } = createRig(true);
      refuseLoads(microtasks);
      listen("a");
      await clock.advance(5_000);
      expect(payers).toHaveLength(looks);
    },
  );

  it("tells why a page is old until there is a newer one", async () => {
    const { listen, clock, contexts, show } = createRig(true);
    const { heard } = listen("a");
    await clock.advance(1_000);
    const failure: Failure = { code: "upstream_timeout" };
    contexts()[0]?.whenFailed?.(failure);
    await clock.advance(2_000);
    show({ ok: true, value: { ...v2, sequence: 1 } });
    await clock.advance(1_000);
    expect(heard).toEqual([v1.etag, failure, failure, v2.etag]);
  });

  it("tells nobody but its payer that a share is spent, and lets another pay the next time", async () => {
    const { listen, clock, show, payers } = createRig(true);
    const [first, second] = [listen("a"), listen("b")];
    const spent: Failure = {
      code: "rate_limited",
      policy: "budget",
      quota: 1,
      windowSeconds: 300,
      retryAfterSeconds: 9,
    };
    show({ ok: false, failure: spent });
    await clock.advance(1_000);
    show({ ok: true, value: v1 });
    await clock.advance(1_000);
    expect([payers, first.heard, second.heard]).toEqual([["a", "b"], [spent, v1.etag], [v1.etag]]);
  });

  it("tells a failure, and does not end by itself", async () => {
    const { listen, clock, show } = createRig(true);
    const { heard } = listen("a");
    show({ ok: false, failure: { code: "not_found" } });
    await clock.advance(2_000);
    expect(heard).toEqual([{ code: "not_found" }, { code: "not_found" }]);
  });
});
