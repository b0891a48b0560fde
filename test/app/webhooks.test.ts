// Events of RealtimeKit through the whole service: what each delivery is answered with, what is written into the log of changes, and what
// of an event is told to nobody.
import { eventNames } from "../../simulator/webhook-events.ts";
import { describe, expect, it } from "vitest";
import { allowedOrigin, appAlias, createTestService } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { answerOf, parseObject, readDocument } from "../support/document.ts";
import {
  bytesOf,
  deliveryOf,
  encode,
  keyUrl,
  meetingId,
  payloadOf,
  publicPem,
  secretsOfEvents,
  sessionId,
  signedHeaders,
  webhookPath,
} from "../support/webhooks.ts";
import { createWebhookScene, down, published } from "../support/webhook-scene.ts";

const document = readDocument();
async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expectOurHeaders(response);
  const answer = await answerOf("POST", response);
  expect(answer.status).toBe(status);
  expect(parseObject(answer.body)).toMatchObject({ code, status, success: false });
  expect(document.violations(webhookPath, answer)).toEqual([]);
}

async function expectTaken(response: Response): Promise<void> {
  expectOurHeaders(response);
  const answer = await answerOf("POST", response);
  expect(answer).toMatchObject({ status: 204, body: "" });
  expect(document.violations(webhookPath, answer)).toEqual([]);
}

describe("an event that RealtimeKit signed", () => {
  it.each(eventNames)("%s is a 204 and one change of its app", async (event) => {
    const { deliver, changes, appId, events } = createWebhookScene();
    await expectTaken(await deliver(payloadOf(event, appId)));
    expect(changes).toEqual([expect.objectContaining({ appId, meeting: meetingId.toLowerCase() })]);
    expect(events()).toContainEqual({ type: "webhook.taken", event, sequence: 1 });
  });

  it("says the place, what it is about, and that a session has ended", async () => {
    const { deliver, changes, appId } = createWebhookScene();
    await deliver(payloadOf("meeting.ended", appId));
    await deliver(payloadOf("meeting.transcript", appId));
    const place = { appId, meeting: meetingId.toLowerCase(), session: sessionId };
    expect(changes).toEqual([
      { ...place, about: "session", hasEnded: true },
      { ...place, about: "files" },
    ]);
  });

  it("is verified under the old names of its headers too, and under those of today alone where both are there", async () => {
    const { deliver, post, appId, changes } = createWebhookScene();
    await expectTaken(await deliver(payloadOf("meeting.started", appId), { family: "dyte" }));
    const body = bytesOf(payloadOf("meeting.ended", appId));
    const [today, past] = [signedHeaders(body), signedHeaders(body, { family: "dyte", key: "other" })];
    await expectTaken(await post({ headers: { ...past, ...today }, body }));
    const forged = { ...signedHeaders(body, { key: "other" }), ...signedHeaders(body, { family: "dyte" }) };
    await expectProblem(await post({ headers: forged, body }), 401, "invalid_signature");
    expect(changes).toHaveLength(2);
  });

  it("is verified over its bytes as they came, whatever its type and its white space", async () => {
    const { post, appId, changes } = createWebhookScene();
    const body = encode(JSON.stringify(payloadOf("meeting.started", appId), undefined, 2));
    const headers = { ...signedHeaders(body), "content-type": "text/plain" };
    await expectTaken(await post({ headers, body }));
    expect(changes).toHaveLength(1);
  });

  it("needs no identity, and none of its bytes is told to anybody", async () => {
    const { deliver, lines, changes, config } = createWebhookScene(keyed({}));
    const [appId = ""] = config.apps.values();
    for (const event of eventNames) {
      const response = await deliver(payloadOf(event, appId));
      expect(response.status).toBe(204);
      expect(JSON.stringify([...response.headers])).not.toMatch(/never-kept/i);
    }
    const told = JSON.stringify([lines, changes]);
    for (const secret of [...secretsOfEvents, "Weekly sync", "user-1"]) expect(told).not.toContain(secret);
  });

  it("has a line in the log under the alias of its app", async () => {
    const { deliver, appId, lines } = createWebhookScene();
    await deliver(payloadOf("meeting.started", appId));
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: "request", app: appAlias, method: "POST", route: webhookPath, status: 204 }),
    );
  });
});

describe("what needs nothing done is a 204", () => {
  it.each([
    ["the same name", { uuid: "one" }, { uuid: "one" }],
    ["another name", { uuid: "one" }, { uuid: "two" }],
    ["no name", {}, {}],
    ["the old names of headers", { uuid: "one" }, { uuid: "one", family: "dyte" as const }],
  ])("the same bytes again, under %s", async (_, first, second) => {
    const { deliver, appId, changes, events } = createWebhookScene();
    await expectTaken(await deliver(payloadOf("meeting.started", appId), first));
    await expectTaken(await deliver(payloadOf("meeting.started", appId), second));
    expect(changes).toHaveLength(1);
    expect(events()).toContainEqual({ type: "webhook.ignored", because: "duplicate" });
  });

  it("other bytes under the same name", async () => {
    const { deliver, appId, changes } = createWebhookScene();
    await deliver(payloadOf("meeting.chatSynced", appId), { uuid: "one" });
    await expectTaken(await deliver(payloadOf("meeting.chatSynced", appId, { title: "x" }), { uuid: "one" }));
    expect(changes).toHaveLength(1);
  });

  it("but a stream that went off and on again is told each time", async () => {
    const { deliver, appId, changes } = createWebhookScene();
    for (const [place, status] of ["LIVE", "OFFLINE", "LIVE", "LIVE"].entries()) {
      await deliver(payloadOf("livestreaming.statusUpdate", appId, { status }), { uuid: `delivery-${place}` });
    }
    expect(changes).toHaveLength(3);
  });

  it("an event of an app that is not configured, which the log tells", async () => {
    const { deliver, changes, events } = createWebhookScene();
    await expectTaken(await deliver(payloadOf("meeting.started", "another-app")));
    expect(changes).toEqual([]);
    expect(events()).toEqual([{ type: "webhook.keyFetched" }, { type: "webhook.ignored", because: "foreign_app" }]);
  });

  it("an event that this version does not know, which the log tells", async () => {
    const { deliver, appId, changes, events } = createWebhookScene();
    await expectTaken(await deliver({ ...payloadOf("meeting.started", appId), event: "meeting.renamed" }));
    expect(changes).toEqual([]);
    expect(events()).toContainEqual({ type: "webhook.ignored", because: "unknown_event" });
  });
});

describe("a forged event", () => {
  const started = (appId: string) => bytesOf(payloadOf("meeting.started", appId));

  it.each([
    ["no signature", () => ({})],
    ["a word", () => ({ "rtk-signature": "signature" })],
    ["a signature of other bytes", () => signedHeaders(encode("{}"))],
    ["a signature of another key", (body: Uint8Array<ArrayBuffer>) => signedHeaders(body, { key: "other" })],
    ["nothing but zeros", () => ({ "rtk-signature": Buffer.alloc(256).toString("base64") })],
  ])("with %s is a 401 that names no key and no reason", async (_, headersOf) => {
    const { post, appId, changes } = createWebhookScene();
    const body = started(appId);
    const headers: Record<string, string> = headersOf(body);
    const response = await post({ headers, body });
    expect(response.headers.get("www-authenticate")).toBe("Signature");
    await expectProblem(response, 401, "invalid_signature");
    expect(changes).toEqual([]);
  });

  it("without the form of a signature costs neither its body nor a key", async () => {
    const { app, asked } = createWebhookScene();
    const body = new ReadableStream({
      pull() {
        throw new Error("the body was read");
      },
    });
    const request = new Request(`https://bff.example${webhookPath}`, { method: "POST" });
    Object.defineProperty(request, "body", { value: body });
    expect((await app.fetch(request)).status).toBe(401);
    expect(asked).toEqual([]);
  });
});

describe("the key", () => {
  it("that changed is found by the first event it signed", async () => {
    const { deliver, publishKey, appId, changes, clock, asked } = createWebhookScene();
    await deliver(payloadOf("meeting.started", appId));
    publishKey(published("second"));
    await clock.advance(10 * 60_000);
    await expectTaken(await deliver(payloadOf("meeting.ended", appId), { key: "second" }));
    expect(changes).toHaveLength(2);
    expect(asked).toEqual([keyUrl, keyUrl]);
  });

  it("that can't be had makes every event a 503 with a time, also a forged one, and then nothing is lost", async () => {
    const { deliver, publishKey, appId, changes, clock, events } = createWebhookScene();
    publishKey(down);
    for (const key of ["first", "other"]) {
      const response = await deliver(payloadOf("meeting.started", appId), { key });
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      await expectProblem(response, 503, "webhook_unavailable");
    }
    expect(events()).toContainEqual({ type: "webhook.postponed", because: "key" });
    publishKey(published("first"));
    await clock.advance(30_000);
    await expectTaken(await deliver(payloadOf("meeting.started", appId)));
    expect(changes).toHaveLength(1);
  });

  it("that is pinned is asked for nowhere", async () => {
    const { deliver, appId, asked, changes } = createWebhookScene({
      WEBHOOK_KEY_URL: "",
      WEBHOOK_PUBLIC_KEY: publicPem(),
    });
    await expectTaken(await deliver(payloadOf("meeting.started", appId)));
    await expectProblem(await deliver(payloadOf("meeting.ended", appId), { key: "other" }), 401, "invalid_signature");
    expect([asked, changes.length]).toEqual([[], 1]);
  });
});

describe("the log of changes", () => {
  it("that can't be written makes an event a 503, and its repetition does the work", async () => {
    const { deliver, appId, setWritable, changes, events } = createWebhookScene();
    setWritable(false);
    await expectProblem(
      await deliver(payloadOf("meeting.started", appId), { uuid: "one" }),
      503,
      "webhook_unavailable",
    );
    expect(events()).toContainEqual({ type: "webhook.postponed", because: "log" });
    setWritable(true);
    await expectTaken(await deliver(payloadOf("meeting.started", appId), { uuid: "one" }));
    expect(changes).toHaveLength(1);
  });

  it("that is not there makes every event a 503", async () => {
    const { send, config } = createTestService({
      settings: { WEBHOOKS: "on", WEBHOOK_PUBLIC_KEY: publicPem() },
    });
    const [appId = ""] = config.apps.values();
    const response = await send(webhookPath, deliveryOf(bytesOf(payloadOf("meeting.started", appId))));
    await expectProblem(response, 503, "webhook_unavailable");
  });
});

describe("a body", () => {
  const signed = (body: Uint8Array<ArrayBuffer>) => deliveryOf(body);

  it("of 256 KiB is read, and one of a byte more is a 413", async () => {
    const { post, appId, changes } = createWebhookScene();
    const payload = payloadOf("meeting.started", appId, { padding: "" });
    const padding = "a".repeat(256 * 1024 - bytesOf(payload).byteLength);
    await expectTaken(await post(signed(bytesOf({ ...payload, padding }))));
    await expectProblem(await post(signed(bytesOf({ ...payload, padding: `${padding}a` }))), 413, "too_large");
    expect(changes).toHaveLength(1);
  });

  it("of 300 KiB is a 413 however its length is announced, and no key is fetched for it", async () => {
    const { post, asked } = createWebhookScene();
    const body = bytesOf({ padding: "a".repeat(300 * 1024) });
    const { headers = {} } = signed(body);
    const announced = { ...headers, "content-length": String(body.byteLength) };
    await expectProblem(await post({ body, headers: announced }), 413, "too_large");
    await expectProblem(await post({ body, headers: { ...headers, "content-length": "10" } }), 413, "too_large");
    expect(asked).toEqual([]);
  });

  it.each([
    ["no JSON", encode("event")],
    ["a list", encode("[]")],
    ["no UTF-8", Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["a hundred thousand levels", encode(`{"event":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)],
    ["a hundred thousand values", encode(`{"event":[${"0,".repeat(100_000)}0]}`)],
    ["nothing at all", new Uint8Array()],
  ])("that is signed and is %s is a 400", async (_, body) => {
    const { post, changes } = createWebhookScene();
    await expectProblem(await post(signed(body)), 400, "invalid_body");
    expect(changes).toEqual([]);
  });

  it("that stops half way is a 408 after ten seconds", async () => {
    const { app, clock } = createWebhookScene();
    const { headers = {} } = signed(encode("{}"));
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const request = new Request(`https://bff.example${webhookPath}`, { method: "POST", headers });
    Object.defineProperty(request, "body", { value: body });
    const answer = Promise.resolve(app.fetch(request));
    await clock.advance(10_000);
    await expectProblem(await answer, 408, "request_timeout");
  });
});

describe("the address", () => {
  it.each(["GET", "HEAD", "PUT", "PATCH", "DELETE"])("refuses %s with what is allowed", async (method) => {
    const { send } = createWebhookScene();
    const response = await send(webhookPath, { method });
    expectOurHeaders(response);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });

  it("tells OPTIONS what is allowed, and pages of other origins nothing of a POST", async () => {
    const { send } = createWebhookScene();
    const options = await send(webhookPath, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
    const preflight = await send(webhookPath, {
      method: "OPTIONS",
      headers: { origin: allowedOrigin, "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, HEAD");
  });

  it("is a 404 for every method where WEBHOOKS is off, and the served document does not have it", async () => {
    const { send, config } = createTestService();
    const [appId = ""] = config.apps.values();
    const delivery = deliveryOf(bytesOf(payloadOf("meeting.started", appId)));
    for (const init of [delivery, { method: "GET" }, { method: "OPTIONS" }]) {
      expect((await send(webhookPath, init)).status).toBe(404);
    }
    for (const path of ["/openapi.json", "/openapi-3.0.json"]) {
      expect(Object.keys(parseObject(await (await send(path)).text())["paths"] ?? {})).not.toContain(webhookPath);
      const { send: sendToOther } = createWebhookScene();
      expect(Object.keys(parseObject(await (await sendToOther(path)).text())["paths"] ?? {})).toContain(webhookPath);
    }
  });

  it("takes no POST at the address of a page, with the right to the page or without", async () => {
    const { send, changes } = createWebhookScene(keyed({}));
    const response = await send(`/v1/apps/${appAlias}/sessions`, {
      method: "POST",
      headers: bearer(serverKey),
      body: "{}",
    });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect(changes).toEqual([]);
  });
});
