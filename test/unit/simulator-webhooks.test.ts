// What the simulator promises of webhooks: how they are registered, what is posted for what happens, how it is signed, and when it is
// tried again.
import { describe, expect, test } from "vitest";
import { eventCanaries, secretCanaries } from "../../simulator/canaries.ts";
import { createSimulator, type Simulator } from "../../simulator/simulator.ts";
import { eventNames } from "../../simulator/webhook-events.ts";
import { createWebhookInbox, hookUrl } from "../support/webhook-inbox.ts";

const hourMs = 3_600_000;
const registration = { name: "ours", url: hookUrl, events: ["meeting.started", "meeting.ended"] };

describe("registrations", () => {
  test("are made, listed, read, replaced, changed in part and taken away, app by app", async () => {
    const { ask, simulator, clock } = await createWebhookInbox();
    const made = await ask("POST", "/webhooks", registration);
    const { id } = made.body.data;
    const at = new Date(clock.now()).toISOString();
    const whole = { id, ...registration, enabled: true, created_at: at, updated_at: at };
    expect(made).toEqual({ status: 201, body: { success: true, data: whole } });
    expect((await ask("GET", "/webhooks")).body.data).toEqual([whole]);
    expect((await ask("GET", "/webhooks", undefined, simulator.apps[1]?.id)).body.data).toEqual([]);
    expect((await ask("GET", `/webhooks/${id}`)).body.data).toEqual(whole);

    simulator.advance(1_000);
    const later = new Date(clock.now() + 1_000).toISOString();
    const patched = { ...whole, enabled: false, updated_at: later };
    expect((await ask("PATCH", `/webhooks/${id}`, { enabled: false })).body.data).toEqual(patched);
    const replaced = await ask("PUT", `/webhooks/${id}`, { ...registration, name: "other" });
    expect(replaced.body.data).toEqual({ ...patched, name: "other", enabled: true });
    expect((await ask("DELETE", `/webhooks/${id}`)).body.data).toMatchObject({ id, name: "other" });
    expect((await ask("GET", `/webhooks/${id}`)).status).toBe(404);
    expect((await ask("GET", "/webhooks")).body.data).toEqual([]);
  });

  test("may name nine events, which can be asked for", async () => {
    const { ask } = await createWebhookInbox();
    const { data } = (await ask("GET", "/webhooks/all")).body;
    expect(data).toEqual(eventNames);
    expect(data).toHaveLength(9);
    expect((await ask("POST", "/webhooks", { ...registration, events: data })).status).toBe(201);
  });

  test.each<[string, unknown]>([
    ['"name" is required', { url: hookUrl, events: ["meeting.started"] }],
    ['"url" is required', { name: "a", events: ["meeting.started"] }],
    ['"events" is required', { name: "a", url: hookUrl }],
    ['"url" must be a valid uri', { ...registration, url: "product.example" }],
    ['"events" must contain at least 1 items', { ...registration, events: [] }],
    ['"events" must be of [', { ...registration, events: ["meeting.started", "meeting.begun"] }],
    ['"enabled" must be a boolean', { ...registration, enabled: "yes" }],
    ['"secret" is not allowed', { ...registration, secret: "x" }],
    ["the body is not JSON", "{"],
    ["the body must be an object", "[]"],
  ])("refuse a body: %s", async (message, body) => {
    const { ask } = await createWebhookInbox();
    const { status, body: answer } = await ask("POST", "/webhooks", body);
    expect([status, answer.success]).toEqual([400, false]);
    expect(answer.error.message).toContain(message);
    expect((await ask("GET", "/webhooks")).body.data).toEqual([]);
  });

  test("need a token, an id of the right form, and a method of theirs, and count towards the limit", async () => {
    const { ask, simulator } = await createWebhookInbox({ budget: { requests: 5, windowSeconds: 300 } });
    expect((await ask("GET", "/webhooks/one")).body.error.message).toContain('"id" must be a valid GUID');
    expect((await ask("GET", "/webhooks/00000000-0000-4000-8000-000000000000")).status).toBe(404);
    expect((await ask("DELETE", "/webhooks")).status).toBe(405);
    expect((await ask("POST", "/sessions", {})).status).toBe(405);
    expect((await ask("POST", "/webhooks", registration, "no-such-app")).status).toBe(404);
    expect((await ask("POST", "/webhooks", registration)).status).toBe(429);
    expect(simulator.state().calls.byRoute).toEqual({ webhook: 2, webhooks: 3, sessions: 1 });
    expect(simulator.state().webhooks).toBe(0);
    simulator.reset();
    const bare = new Request(`http://simulator/client/v4/accounts/a/realtime/kit/b/webhooks`, { method: "POST" });
    expect((await simulator.fetch(bare)).status).toBe(401);
  });

  test("are forgotten by a reset, but for the addresses given at the start, which hear of every app", async () => {
    const inbox = await createWebhookInbox({ webhooks: [hookUrl] });
    await inbox.ask("POST", "/webhooks", { ...registration, url: "https://other.example/" });
    inbox.simulator.registerWebhook("https://third.example/", inbox.app.id);
    expect(inbox.simulator.state().webhooks).toBe(inbox.simulator.apps.length + 2);
    inbox.simulator.reset();
    expect(inbox.simulator.state().webhooks).toBe(inbox.simulator.apps.length);
    await inbox.pass(6 * hourMs);
    expect(new Set(inbox.messages.map(({ url }) => url))).toEqual(new Set([hookUrl]));
    const told = new Set(inbox.simulator.deliveries().map(({ app_id }) => app_id));
    expect(told).toEqual(new Set(inbox.simulator.apps.map(({ id }) => id)));
  });
});

describe("the key", () => {
  test("is published as one PEM without a name, needs no token, and spends no limit", async () => {
    const { simulator, publishedKey } = await createWebhookInbox();
    expect(await publishedKey()).toMatch(/^-----BEGIN PUBLIC KEY-----\n[\w+/=\n]+\n-----END PUBLIC KEY-----$/);
    const { calls, keyCalls } = simulator.state();
    expect([calls.total, keyCalls.total]).toEqual([0, 1]);
    const post = new Request("http://simulator/.well-known/webhooks.json", { method: "POST" });
    expect((await simulator.fetch(post)).status).toBe(405);
  });

  test("fails as faults that name it say, and as no others", async () => {
    const { simulator, publishedKey } = await createWebhookInbox();
    simulator.setFaults([{ kind: "error", status: 500 }]);
    expect(await publishedKey()).toContain("BEGIN");
    simulator.setFaults([{ kind: "error", status: 503, route: "webhook-key" }]);
    await expect(publishedKey()).rejects.toThrow(TypeError);
    expect(simulator.state().keyCalls.byStatus).toEqual({ 200: 1, 503: 1 });
  });

  test("verifies every delivery, until it is rotated: then only the new one does", async () => {
    const { simulator, messages, publishedKey, verifies, clock } = await createWebhookInbox({ webhooks: [hookUrl] });
    const first = await publishedKey();
    simulator.steering().start({ app: "school" });
    await simulator.deliver();
    expect(messages).toHaveLength(2);
    expect(messages.every((message) => verifies(message, first))).toBe(true);
    messages.length = 0;
    simulator.rotateWebhookKey();
    const second = await publishedKey();
    expect(second).not.toBe(first);
    simulator.steering().start({ app: "school" });
    await simulator.deliver();
    expect(messages.map((message) => [verifies(message, first), verifies(message, second)])).toEqual([
      [false, true],
      [false, true],
    ]);
    for (const message of messages) expect(verifies({ ...message, text: `${message.text} ` }, second)).toBe(false);
    expect(clock.pendingTimers()).toBe(0);
  });

  test("is made anew for each simulator that is given none", async () => {
    const document = async (simulator: Simulator) =>
      (await simulator.fetch(new Request("http://simulator/.well-known/webhooks.json"))).text();
    const [one, other] = [createSimulator(), createSimulator()];
    expect(await document(one)).toBe(await document(one));
    expect(await document(one)).not.toBe(await document(other));
  });
});

describe("deliveries", () => {
  const started = async (statuses: readonly (number | Error)[]) => {
    const inbox = await createWebhookInbox();
    await inbox.ask("POST", "/webhooks", { ...registration, events: ["meeting.started"] });
    let place = 0;
    inbox.answers(() => statuses[place++] ?? 204);
    inbox.simulator.steering().start({ app: inbox.app.id });
    await inbox.simulator.deliver();
    return inbox;
  };
  /** Lets retries come, whose signatures are made already. */
  const settled = async ({ clock }: { clock: { advance(ms: number): Promise<void> } }) => clock.advance(60_000);

  test("go to those who subscribe, while they are enabled, and tell nothing from before they were registered", async () => {
    const inbox = await createWebhookInbox();
    const { ask, simulator, app, events, pass } = inbox;
    await pass(hourMs);
    const { id } = (await ask("POST", "/webhooks", registration)).body.data;
    await pass(0);
    expect(events()).toEqual([]);
    const { session_id } = simulator.steering().start({ app: app.alias, participants: 3 });
    simulator.steering().end(session_id);
    await simulator.deliver();
    expect(events()).toEqual(["meeting.started", "meeting.ended"]);
    await ask("PATCH", `/webhooks/${id}`, { enabled: false });
    simulator.steering().start({ app: app.alias });
    simulator.steering().start({ app: "events" });
    await simulator.deliver();
    expect(events()).toHaveLength(2);
  });

  test("carry an id of their own and that of the webhook, and the bytes of the body as they were signed", async () => {
    const { ask, messages, simulator, pass } = await createWebhookInbox();
    const { id } = (await ask("POST", "/webhooks", { ...registration, events: eventNames })).body.data;
    await pass(6 * hourMs);
    expect(messages.length).toBeGreaterThan(20);
    expect(new Set(messages.map(({ headers }) => headers.get("rtk-uuid"))).size).toBe(messages.length);
    for (const { headers, text, body } of messages) {
      expect([...headers.keys()]).toEqual(["content-type", "rtk-signature", "rtk-uuid", "rtk-webhook-id"]);
      expect(headers.get("rtk-webhook-id")).toBe(id);
      expect(text).toBe(JSON.stringify(body));
    }
    expect(simulator.deliveries().every(({ outcome }) => outcome === "accepted")).toBe(true);
  });

  test.each([200, 204, 299, 302, 400, 401, 404, 429])("are not repeated after a %i", async (status) => {
    const inbox = await started([status]);
    await settled(inbox);
    expect(inbox.messages).toHaveLength(1);
    const outcome = status < 300 ? "accepted" : "failed";
    expect(inbox.simulator.deliveries()).toMatchObject([{ outcome, status, attempts: 1 }]);
  });

  test.each<[string, number | Error]>([
    ["a 500", 500],
    ["a 503", 503],
    ["a broken connection", new TypeError("fetch failed")],
  ])("are repeated after %s, with the same id and the same bytes", async (_title, outcome) => {
    const inbox = await started([outcome, outcome]);
    expect(inbox.simulator.deliveries()).toMatchObject([{ outcome: "waiting", attempts: 1 }]);
    await settled(inbox);
    expect(inbox.messages).toHaveLength(3);
    expect(new Set(inbox.messages.map(({ headers }) => headers.get("rtk-uuid"))).size).toBe(1);
    expect(new Set(inbox.messages.map(({ headers }) => headers.get("rtk-signature"))).size).toBe(1);
    expect(inbox.simulator.deliveries()).toMatchObject([{ outcome: "accepted", status: 204, attempts: 3 }]);
  });

  test("are given up after five repetitions in half a minute, and by a reset", async () => {
    const inbox = await started(Array.from({ length: 20 }, () => 503));
    await inbox.clock.advance(31_000);
    expect(inbox.messages).toHaveLength(6);
    await settled(inbox);
    expect(inbox.simulator.deliveries()).toMatchObject([{ outcome: "failed", status: 503, attempts: 6 }]);
    const other = await started([503]);
    other.simulator.reset();
    await settled(other);
    expect(other.messages).toHaveLength(1);
    expect(other.clock.pendingTimers()).toBe(0);
  });

  test("count as failed where nobody answers in three seconds", async () => {
    let aborted = 0;
    const inbox = await createWebhookInbox({
      webhooks: [hookUrl],
      sendWebhook: (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            aborted += 1;
            reject(new Error("aborted"));
          });
        }),
    });
    inbox.simulator.steering().start({ app: "school", participants: 0 });
    const delivered = inbox.simulator.deliver();
    await expect.poll(() => inbox.clock.pendingTimers()).toBe(1);
    await inbox.clock.advance(2_999);
    expect(aborted).toBe(0);
    await inbox.clock.advance(1);
    await delivered;
    expect(inbox.simulator.deliveries()).toMatchObject([{ outcome: "waiting", status: null, attempts: 1 }]);
  });

  test("are the same bit for bit for one seed, but for the signature", async () => {
    const run = async () => {
      const { pass, messages } = await createWebhookInbox({ webhooks: [hookUrl] });
      await pass(3 * hourMs);
      // What is sent to one webhook is in order; webhooks of several apps do not wait for each other.
      return messages.map(({ text, headers }) => `${headers.get("rtk-uuid")} ${text}`).sort();
    };
    expect(await run()).toEqual(await run());
  });

  test("hold a canary in everything that must not be kept, and in nothing that is needed", async () => {
    const inbox = await createWebhookInbox({ webhooks: [hookUrl] });
    for (let day = 0; day < 2; day += 1) await inbox.pass(24 * hourMs);
    const everything = inbox.messages.map(({ text }) => text).join("\n");
    const own = secretCanaries.filter((canary) => /STREAM_KEY|INGEST_SERVER/.test(canary));
    for (const canary of [...eventCanaries, ...own]) expect(everything).toContain(canary);
    for (const { body } of inbox.messages) {
      const { meeting = body, participant, recording = {} } = body;
      const needed = [
        body.event,
        meeting.id ?? body.meetingId,
        meeting.organizedBy.id,
        recording.id,
        participant?.peerId,
      ];
      expect(JSON.stringify([needed, meeting.sessionId, recording.roomUUID])).not.toContain("CANARY");
      const kept = [
        meeting.title,
        meeting.organizedBy.name,
        participant?.userDisplayName,
        body.streamKey,
        body.ingestServer,
      ];
      const links = [body, recording].flatMap((part) => Object.entries(part).filter(([name]) => name.endsWith("Url")));
      for (const text of [...kept, ...links.map(([, link]) => link)])
        if (text !== undefined) expect(text).toContain("CANARY");
    }
  });
});
