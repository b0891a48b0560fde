// Everything that can become of an event on its way, and an API that shows a change later than its webhook tells it: each as a fault that a test
// can set, and all of them together.
import { describe, expect, test } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { eventNames } from "../../simulator/webhook-events.ts";
import { createWebhookInbox, hookUrl } from "../support/webhook-inbox.ts";

/** An inbox that hears of one app; `change` makes one event happen, and waits until it has been posted. */
async function setUp(...faults: FaultInput[]) {
  const inbox = await createWebhookInbox();
  const { simulator, ask, app } = inbox;
  await ask("POST", "/webhooks", { name: "ours", url: hookUrl, events: eventNames });
  const { session_id } = simulator.steering().start({ app: app.id, participants: 0 });
  await simulator.deliver();
  inbox.messages.length = 0;
  simulator.setFaults(faults);
  const change = async () => {
    const { participants } = simulator.steering().join(session_id);
    await simulator.deliver();
    return participants.at(-1) ?? "";
  };
  const peers = (): string[] => inbox.messages.map(({ body }) => body.participant.peerId);
  const uuids = () => inbox.messages.map(({ headers }) => headers.get("rtk-uuid"));
  return { ...inbox, sessionId: session_id, change, peers, uuids };
}

describe("the faults of deliveries", () => {
  test("send an event twice, under one id or under two", async () => {
    const same = await setUp({ kind: "delivery-twice", times: 1 });
    await same.change();
    expect(new Set(same.messages.map(({ text }) => text)).size).toBe(1);
    expect([same.uuids().length, new Set(same.uuids()).size]).toEqual([2, 1]);
    await same.change();
    expect(same.messages).toHaveLength(3);
    const other = await setUp({ kind: "delivery-twice", uuid: "new" });
    await other.change();
    expect(new Set(other.messages.map(({ text }) => text)).size).toBe(1);
    expect([other.uuids().length, new Set(other.uuids()).size]).toEqual([2, 2]);
    const key = await other.publishedKey();
    expect(other.messages.every((message) => other.verifies(message, key))).toBe(true);
  });

  test("lose an event, which the ledger of deliveries tells", async () => {
    const { change, peers, simulator } = await setUp({ kind: "delivery-lost", times: 1 });
    await change();
    const second = await change();
    expect(peers()).toEqual([second]);
    expect(simulator.deliveries().slice(-2)).toMatchObject([
      { outcome: "lost", attempts: 0 },
      { outcome: "accepted", attempts: 1 },
    ]);
  });

  test("let an event change places with the next, or go late where none comes", async () => {
    const { change, peers, clock, simulator } = await setUp({ kind: "delivery-swapped", times: 1 });
    const first = await change();
    expect(peers()).toEqual([]);
    const second = await change();
    expect(peers()).toEqual([second, first]);
    await clock.advance(60_000);
    expect(peers()).toHaveLength(2);
    simulator.setFaults([{ kind: "delivery-swapped", withinMs: 2_000 }]);
    const third = await change();
    await clock.advance(1_999);
    expect(peers()).toHaveLength(2);
    await clock.advance(1);
    await simulator.deliver();
    expect(peers()).toEqual([second, first, third]);
    const pair = [await change(), await change()];
    expect(peers().slice(3)).toEqual(pair.reverse());
  });

  test("send an event late, which holds up no other", async () => {
    const { change, peers, clock, simulator } = await setUp({
      kind: "latency",
      route: "delivery",
      latencyMs: 3_000,
      times: 1,
    });
    const first = await change();
    const second = await change();
    expect(peers()).toEqual([second]);
    await clock.advance(3_000);
    await simulator.deliver();
    expect(peers()).toEqual([second, first]);
  });

  test("sign with another key, sign another body, send no base64, or no signature", async () => {
    for (const form of ["other-key", "other-body", "not-base64", "missing"] as const) {
      const { change, messages, publishedKey, verifies } = await setUp({ kind: "delivery-signature", form });
      await change();
      const [message] = messages;
      expect(message?.headers.has("rtk-signature")).toBe(form !== "missing");
      if (message) expect(verifies(message, await publishedKey()), form).toBe(false);
    }
  });

  test("name another app, nobody's or a neighbour's, under a good signature", async () => {
    for (const app of ["unknown", "neighbour"] as const) {
      const { change, messages, publishedKey, verifies, simulator } = await setUp({ kind: "delivery-app", app });
      await change();
      const [message] = messages;
      const named = message?.body.meeting.organizedBy.id;
      expect(simulator.apps.findIndex(({ id }) => id === named)).toBe(app === "unknown" ? -1 : 1);
      if (message) expect(verifies(message, await publishedKey())).toBe(true);
    }
    const { simulator, messages, pass } = await setUp({ kind: "delivery-app" });
    await pass(24 * 3_600_000);
    const recordings = messages.filter(({ body }) => body.recording !== undefined);
    expect(recordings.length).toBeGreaterThan(0);
    for (const { body } of recordings) {
      expect(body.recording.organizationId).toBe(body.meeting.organizedBy.id);
      expect(simulator.apps.map(({ id }) => id)).not.toContain(body.recording.organizationId);
    }
  });

  test("send the headers of the older service, or both families", async () => {
    const names = (families: readonly string[]) =>
      families.flatMap((family) => ["signature", "uuid", "webhook-id"].map((name) => `${family}-${name}`)).sort();
    const old = await setUp({ kind: "delivery-headers" });
    await old.change();
    const both = await setUp({ kind: "delivery-headers", form: "both" });
    await both.change();
    const sent = [old, both].map(({ messages }) =>
      [...(messages[0]?.headers.keys() ?? [])].filter((name) => name !== "content-type").sort(),
    );
    expect(sent).toEqual([names(["dyte"]), names(["dyte", "rtk"])]);
    for (const { messages, publishedKey, verifies } of [old, both]) {
      const key = await publishedKey();
      for (const message of messages) expect(verifies(message, key, "dyte")).toBe(true);
    }
  });

  test("reach the events and addresses they match, and no call of the API; faults of the API reach no delivery", async () => {
    const { change, peers, simulator, sessionId, events } = await setUp(
      { kind: "delivery-lost", match: "participantJoined" },
      { kind: "delivery-twice", match: "nowhere.example" },
      { kind: "error", status: 500 },
      { kind: "latency", latencyMs: 60_000 },
    );
    await change();
    expect(peers()).toEqual([]);
    simulator.steering().end(sessionId);
    await simulator.deliver();
    expect(events()).toEqual(["meeting.participantLeft", "meeting.ended"]);
  });

  test("are refused with a route that is none of theirs", async () => {
    const { simulator } = await setUp();
    expect(() => simulator.setFaults([{ kind: "delivery-lost", route: "sessions" }])).toThrow("faults[0].route");
    simulator.setFaults([{ kind: "delivery-lost", route: "delivery" }]);
  });

  test("combine by share, the same for one seed, and never lose what they do not say they lose", async () => {
    const run = async () => {
      const { change, peers, clock, simulator } = await setUp(
        { kind: "delivery-twice", share: 0.3 },
        { kind: "delivery-swapped", share: 0.3 },
        { kind: "delivery-lost", share: 0.2 },
        { kind: "latency", route: "delivery", latencyMs: 100, jitterMs: 3_000, share: 0.3 },
      );
      const joined: string[] = [];
      for (let number = 0; number < 60; number += 1) joined.push(await change());
      await clock.advance(60_000);
      await simulator.deliver();
      const lost = simulator.deliveries().filter(({ outcome }) => outcome === "lost").length;
      expect(simulator.deliveries().filter(({ outcome }) => outcome === "waiting")).toEqual([]);
      expect(joined.length - new Set(peers()).size).toBe(lost);
      expect([lost, peers().length]).toEqual([
        expect.toSatisfy((count) => count > 3 && count < 25),
        expect.any(Number),
      ]);
      const places = peers().map((peer) => joined.indexOf(peer));
      expect(places).not.toEqual(places.toSorted((left, right) => left - right));
      return peers();
    };
    expect(await run()).toEqual(await run());
  });
});

describe("an API that lags behind its webhooks", () => {
  test("shows the world from before for so long, in every resource", async () => {
    const { change, ask, simulator, sessionId, peers } = await setUp({ kind: "lag", lagMs: 4_000 });
    simulator.advance(10_000);
    const first = await change();
    expect(peers()).toEqual([first]);
    const shown = async () => [
      (await ask("GET", `/sessions/${sessionId}`)).body.data.live_participants,
      (await ask("GET", `/sessions/${sessionId}/participants`)).body.data.participants.length,
    ];
    expect(await shown()).toEqual([0, 0]);
    simulator.advance(3_999);
    expect(await shown()).toEqual([0, 0]);
    simulator.advance(1);
    expect(await shown()).toEqual([1, 1]);
  });

  test("does not show a session that has just started, and shows one that has just ended as LIVE", async () => {
    const { ask, simulator, sessionId, app } = await setUp({ kind: "lag" });
    const live = async (): Promise<string[]> =>
      (await ask("GET", "/sessions?status=LIVE&per_page=50")).body.data.sessions.map(({ id }: { id: string }) => id);
    simulator.advance(60_000);
    const { session_id } = simulator.steering().start({ app: app.id });
    simulator.steering().end(sessionId);
    expect(await live()).toContain(sessionId);
    expect(await live()).not.toContain(session_id);
    expect((await ask("GET", `/sessions/${session_id}`)).status).toBe(404);
    simulator.advance(5_000);
    expect(await live()).toContain(session_id);
    expect(await live()).not.toContain(sessionId);
  });

  test("lags by ten seconds at most, more or less for each call where that is asked for", async () => {
    const { change, ask, simulator, sessionId } = await setUp({ kind: "lag", lagMs: 10_000, jitterMs: 10_000 });
    simulator.advance(60_000);
    await change();
    const count = async () => (await ask("GET", `/sessions/${sessionId}`)).body.data.live_participants;
    expect(await count()).toBe(0);
    simulator.advance(10_000);
    expect(await count()).toBe(1);
    simulator.setFaults([{ kind: "lag", lagMs: 0, jitterMs: 10_000 }]);
    await change();
    simulator.advance(5_000);
    const counts = new Set<number>();
    for (let call = 0; call < 40; call += 1) counts.add(await count());
    expect(counts).toEqual(new Set([1, 2]));
    expect(() => simulator.setFaults([{ kind: "lag", lagMs: 10_001 }])).toThrow("lagMs");
  });
});
