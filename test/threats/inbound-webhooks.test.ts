// Rows 109 to 113: what anybody can send to the address for events, signed by nobody, by another, or by RealtimeKit itself.
import { eventNames } from "../../simulator/webhook-events.ts";
import { describe, expect, it } from "vitest";
import type { TestClock } from "../support/clock.ts";
import { parseObject } from "../support/document.ts";
import { pairOf } from "../support/tokens.ts";
import { createWebhookScene, down, published } from "../support/webhook-scene.ts";
import {
  bytesOf,
  deliveryOf,
  encode,
  keyDocument,
  payloadOf,
  publicPem,
  signedHeaders,
  webhookPath,
} from "../support/webhooks.ts";

const minutes = 60_000;
const codeOf = async (response: Response) => parseObject(await response.text())["code"];
const requestOf = (init: RequestInit) => new Request(`https://bff.example${webhookPath}`, { method: "POST", ...init });

/** A request whose body comes from `pull`, and how much of it was taken. */
function streaming(headers: HeadersInit, pull: () => Uint8Array | undefined) {
  const taken = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pull();
        if (piece === undefined) return new Promise<void>(() => {});
        taken.bytes += piece.byteLength;
        controller.enqueue(piece);
      },
      cancel: () => void (taken.isCancelled = true),
    },
    { highWaterMark: 0 },
  );
  const request = requestOf({ headers });
  Object.defineProperty(request, "body", { value: body });
  return { request, taken };
}

describe("an event that RealtimeKit did not send", () => {
  it("row 109: is a 401 with every signature but the right one, and touches nothing", async () => {
    const { post, appId, changes, calls } = createWebhookScene();
    const body = bytesOf(payloadOf("meeting.ended", appId));
    const right = signedHeaders(body)["rtk-signature"] ?? "";
    const rotated = Buffer.from(right, "base64");
    const forgeries: readonly (Record<string, string> | undefined)[] = [
      undefined,
      { "rtk-signature": "" },
      { "rtk-signature": `${right}AAAA` },
      { "rtk-signature": right.toLowerCase() },
      { "rtk-signature": rotated.subarray(1).toString("base64") },
      { "rtk-signature": Buffer.concat([rotated.subarray(1), rotated.subarray(0, 1)]).toString("base64") },
      { "rtk-signature": Buffer.from(publicPem()).toString("base64") },
      { "x-signature": right },
      { authorization: `Bearer ${right}` },
      signedHeaders(body, { key: "another" }),
      signedHeaders(bytesOf(payloadOf("meeting.started", appId))),
    ];
    for (const headers of forgeries) {
      const response = await post({ body, ...(headers && { headers }) });
      expect([response.status, await codeOf(response)]).toEqual([401, "invalid_signature"]);
    }
    expect([changes, calls()]).toEqual([[], 0]);
    expect((await post({ body, headers: { "rtk-signature": right } })).status).toBe(204);
  });

  it("row 109: is told nothing of why, whatever was wrong with it", async () => {
    const { post, appId } = createWebhookScene();
    const body = bytesOf(payloadOf("meeting.ended", appId));
    const bodies = new Set<string>();
    for (const headers of [{}, signedHeaders(body, { key: "another" }), signedHeaders(encode("{}"))]) {
      const told = parseObject(await (await post({ body, headers })).text());
      bodies.add(JSON.stringify({ ...told, request_id: "" }));
    }
    expect(bodies.size).toBe(1);
  });
});

describe("an event that was recorded and is sent again", () => {
  it("row 110: does its work once, under whatever name it comes", async () => {
    const { deliver, appId, changes } = createWebhookScene();
    for (let round = 0; round < 30; round += 1) {
      const payload = payloadOf("meeting.ended", appId);
      expect((await deliver(payload, { uuid: `name-${round}`, family: round % 2 ? "dyte" : "rtk" })).status).toBe(204);
    }
    expect(changes).toHaveLength(1);
  });

  it("row 110: does no more than to have the same place read again, also where it is taken for news", async () => {
    const { deliver, appId, changes, clock } = createWebhookScene();
    const told = ["LIVE", "OFFLINE"].map((status) => payloadOf("livestreaming.statusUpdate", appId, { status }));
    for (let round = 0; round < 6; round += 1) {
      await deliver(told[round % 2], { uuid: `name-${round}` });
      await clock.advance(60 * minutes);
    }
    expect(new Set(changes.map((change) => JSON.stringify(change))).size).toBe(1);
  });

  it("row 110: is not taken for done by the name of an event that could not be recorded", async () => {
    const { deliver, appId, changes, setWritable } = createWebhookScene();
    setWritable(false);
    expect((await deliver(payloadOf("meeting.ended", appId), { uuid: "one" })).status).toBe(503);
    setWritable(true);
    expect((await deliver(payloadOf("meeting.ended", appId), { uuid: "one" })).status).toBe(204);
    expect(changes).toHaveLength(1);
  });
});

describe("an event of another customer, signed by RealtimeKit", () => {
  it.each(eventNames)("row 111: %s is a 204 that touches nothing, and the operator is told", async (event) => {
    const { deliver, changes, calls, events } = createWebhookScene();
    for (const appId of ["another-app", "", "support"]) {
      expect((await deliver(payloadOf(event, appId))).status).toBe(204);
    }
    expect([changes, calls()]).toEqual([[], 0]);
    expect(events().filter(({ type }) => type === "webhook.ignored")).toEqual(
      Array.from({ length: 3 }, () => ({ type: "webhook.ignored", because: "foreign_app" })),
    );
  });

  it("row 111: is one also where it names an app of ours in a place that does not count", async () => {
    const { deliver, changes, appId } = createWebhookScene();
    const organizedBy = { id: "another-app" };
    for (const payload of [
      payloadOf("recording.statusUpdate", appId, { meeting: { organizedBy } }),
      payloadOf("meeting.started", "another-app", { organizedBy: { id: appId } }),
      payloadOf("meeting.started", "another-app", { appId, organizationId: appId }),
      { event: "meeting.started", meeting: JSON.parse(`{"__proto__":{"organizedBy":{"id":"${appId}"}}}`) as unknown },
    ]) {
      expect((await deliver(payload)).status).toBe(204);
    }
    expect(changes).toEqual([]);
  });
});

describe("the key of events", () => {
  it("row 112: is fetched once in five minutes, however many wrong signatures come", async () => {
    const { app, appId, asked, clock } = createWebhookScene();
    const forged = () => requestOf(deliveryOf(bytesOf(payloadOf("meeting.ended", appId)), { key: "another" }));
    const statuses = new Set<number>();
    for (let minute = 0; minute < 30; minute += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => answered(app.fetch(forged()), clock)));
      for (const { status } of answers) statuses.add(status);
      await clock.advance(minutes);
    }
    expect(statuses).toEqual(new Set([401]));
    expect(asked).toHaveLength(6);
  });

  it("row 112: is asked for no more often while nobody answers, and no good event is lost meanwhile", async () => {
    const { app, deliver, appId, asked, clock, publishKey, changes } = createWebhookScene();
    await deliver(payloadOf("meeting.started", appId));
    publishKey(down);
    for (let minute = 0; minute < 30; minute += 1) {
      await clock.advance(minutes);
      const forged = requestOf(deliveryOf(bytesOf(payloadOf("meeting.ended", appId)), { key: "another" }));
      expect([401, 503]).toContain((await answered(app.fetch(forged), clock)).status);
      expect((await deliver(payloadOf("meeting.ended", appId, { minute }))).status).toBe(204);
    }
    expect(changes).toHaveLength(31);
    expect(asked.length).toBeLessThanOrEqual(7);
  });

  const poison: readonly [string, () => unknown][] = [
    ["a private key", () => pairOf("rsa", "webhooks another").privateKey.export({ format: "pem", type: "pkcs8" })],
    ["a small key", () => pairOf("rsa-1024").pem],
    ["a key of another kind", () => pairOf("p256").pem],
    ["two keys", () => `${publicPem("another")}${publicPem()}`],
    ["a list", () => [publicPem("another")]],
    ["a shared secret", () => '{"kty":"oct","k":"AAAA"}'],
  ];
  it.each(poison)("row 112: is not replaced by %s", async (_, make) => {
    const { deliver, appId, clock, publishKey } = createWebhookScene();
    await deliver(payloadOf("meeting.started", appId));
    publishKey(async () => Response.json({ success: true, data: { publicKey: make() } }));
    await clock.advance(10 * minutes);
    expect((await deliver(payloadOf("meeting.ended", appId), { key: "another" })).status).toBe(503);
    expect((await deliver(payloadOf("meeting.ended", appId))).status).toBe(204);
  });

  it("row 112: is not read from where a redirect leads", async () => {
    const { deliver, appId, publishKey, asked } = createWebhookScene();
    publishKey(async (_url, { redirect }) =>
      redirect === "manual"
        ? new Response(null, { status: 302, headers: { location: "https://evil.example/key" } })
        : Response.json(keyDocument("another")),
    );
    expect((await deliver(payloadOf("meeting.ended", appId), { key: "another" })).status).toBe(503);
    expect(new Set(asked).size).toBe(1);
  });

  it("row 112: is nobody's to change where it is pinned", async () => {
    const scene = createWebhookScene({ WEBHOOK_KEY_URL: "", WEBHOOK_PUBLIC_KEY: publicPem() });
    scene.publishKey(published("another"));
    const { deliver, appId, asked } = scene;
    expect((await deliver(payloadOf("meeting.ended", appId), { key: "another" })).status).toBe(401);
    expect((await deliver(payloadOf("meeting.ended", appId))).status).toBe(204);
    expect(asked).toEqual([]);
  });
});

describe("a body that is a bomb", () => {
  const signature = { "rtk-signature": Buffer.alloc(256, 7).toString("base64") };

  it("row 113: of 100 MB is cut at 256 KiB, and not verified", async () => {
    const { app, asked } = createWebhookScene();
    const piece = new Uint8Array(16 * 1024);
    const { request, taken } = streaming(signature, () => (taken.bytes < 100_000_000 ? piece : undefined));
    const response = await app.fetch(request);
    expect([response.status, await codeOf(response)]).toEqual([413, "too_large"]);
    expect(taken.bytes).toBeLessThanOrEqual(256 * 1024 + piece.byteLength);
    expect(taken.isCancelled).toBe(true);
    expect(asked).toEqual([]);
  });

  it("row 113: is not even begun without the form of a signature", async () => {
    const { app } = createWebhookScene();
    const { request, taken } = streaming({ "rtk-signature": "sha256=abc" }, () => new Uint8Array(1024));
    expect((await app.fetch(request)).status).toBe(401);
    expect(taken.bytes).toBe(0);
  });

  it("row 113: that many send at once, and slowly, holds 24 MiB at most in ten seconds, and leaves room for events", async () => {
    const { app, clock, deliver, appId } = createWebhookScene();
    const senders = Array.from({ length: 300 }, () => {
      let left = 15;
      return streaming(signature, () => (left-- > 0 ? new Uint8Array(16 * 1024) : undefined));
    });
    const answers = senders.map(({ request }) => Promise.resolve(app.fetch(request)));
    await clock.settle();
    const held = senders.filter(({ taken }) => !taken.isCancelled).reduce((sum, { taken }) => sum + taken.bytes, 0);
    // What is not large is not counted: 16 KiB of each sender.
    expect(held).toBeLessThanOrEqual(24 * 1024 * 1024 + 300 * 16 * 1024);
    expect((await deliver(payloadOf("meeting.started", appId))).status).toBe(204);
    await clock.advance(10_000);
    for (const { status } of await Promise.all(answers)) expect([408, 503]).toContain(status);
    expect(senders.every(({ taken }) => taken.isCancelled)).toBe(true);
  });

  it.each([
    ["a hundred thousand levels of lists", `{"event":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["fifty thousand levels of objects", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`],
    ["a hundred thousand values", `{"event":[${"1,".repeat(100_000)}1]}`],
    ["a name that is a prototype's", '{"__proto__":{"event":"meeting.started"}}'],
  ])("row 113: that is signed and nests or repeats without end is not made an event: %s", async (_, text) => {
    const { post, changes } = createWebhookScene();
    const response = await post(deliveryOf(encode(text)));
    expect([400, 204]).toContain(response.status);
    expect(changes).toEqual([]);
  });
});

/** The answer under the test clock. Who waits for a key looks again every 20 ms. */
async function answered(pending: Response | Promise<Response>, clock: TestClock): Promise<Response> {
  const response = Promise.resolve(pending);
  for (;;) {
    const answer = await Promise.race([response, clock.settle()]);
    if (answer) return answer;
    await clock.advance(20);
  }
}
