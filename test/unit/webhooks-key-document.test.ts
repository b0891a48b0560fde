// The key of events: when it is fetched, how often, what becomes of events meanwhile, and when a signature is wrong for certain.
import { describe, expect, it } from "vitest";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import type { KeyOrigin } from "../../src/identity/signing-key.ts";
import { createWebhookKeys } from "../../src/webhooks/key-document.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { readSignature } from "../../src/webhooks/signature.ts";
import { createTestClock } from "../support/clock.ts";
import { createIssuer } from "../support/identity-rig.ts";
import { pairOf } from "../support/tokens.ts";
import { bytesOf, keyDocument, keyUrl, publicPem, signedHeaders } from "../support/webhooks.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const body = bytesOf({ event: "meeting.started" });

/** What a pair of that name has signed. */
function signedBy(key: string) {
  const headers = new Headers(signedHeaders(body, { key }));
  const signature = readSignature((name) => headers.get(name) ?? undefined);
  if (!signature) throw new Error("no signature");
  return { signature, body };
}

function scene(origin: KeyOrigin = { keyUrl }) {
  const clock = createTestClock();
  const issuer = createIssuer(clock);
  const publish = (document: unknown) => issuer.answer(async () => Response.json(document));
  publish(keyDocument());
  const events: Event[] = [];
  const keys = createWebhookKeys(origin, { fetch: issuer.fetch, clock });
  const context = { report: (event: Event) => void events.push(event), defer: () => {} };
  const check = async (key: string) => keys.check(signedBy(key), context);
  const stateOf = async (key: string) => (await check(key)).state;
  return { clock, issuer, publish, events, check, stateOf };
}

describe("a published key", () => {
  it("is fetched once, without following a redirect, and used for a day", async () => {
    const { clock, issuer, events, stateOf } = scene();
    for (let hour = 0; hour < 24; hour += 1) {
      expect(await stateOf("first")).toBe("valid");
      await clock.advance(hours - 1);
    }
    expect(issuer.asked).toHaveLength(1);
    expect(issuer.asked[0]).toMatchObject({ url: keyUrl, init: { method: "GET", redirect: "manual" } });
    expect(events).toEqual([{ type: "webhook.keyFetched" }]);
  });

  it("is fetched anew behind an answer once it is a day old", async () => {
    const { clock, issuer, stateOf } = scene();
    await stateOf("first");
    await clock.advance(24 * hours);
    issuer.hang();
    expect(await stateOf("first")).toBe("valid");
    expect(await stateOf("first")).toBe("valid");
    expect(issuer.asked).toHaveLength(2);
    await clock.advance(3_100);
  });

  it("makes no second fetch for a thousand events at once", async () => {
    const { clock, issuer, stateOf } = scene();
    issuer.answer(async () => {
      await new Promise<void>((resolve) => void clock.timer(130, resolve));
      return Response.json(keyDocument());
    });
    const all = Promise.all(Array.from({ length: 1_000 }, () => stateOf("first")));
    await clock.advance(200);
    expect(new Set(await all)).toEqual(new Set(["valid"]));
    expect(issuer.asked).toHaveLength(1);
  });
});

describe("a signature that does not verify", () => {
  it("is wrong for certain under a key that was fetched a moment ago", async () => {
    const { issuer, stateOf } = scene();
    expect(await stateOf("other")).toBe("invalid");
    expect(issuer.asked).toHaveLength(1);
  });

  it("has the key fetched again, which finds a new key", async () => {
    const { clock, issuer, publish, stateOf } = scene();
    await stateOf("first");
    publish(keyDocument("second"));
    await clock.advance(5 * minutes);
    expect(await stateOf("second")).toBe("valid");
    expect(await stateOf("second")).toBe("valid");
    expect(await stateOf("first")).toBe("invalid");
    expect(issuer.asked).toHaveLength(2);
  });

  it("costs one fetch in five minutes, however often it comes", async () => {
    const { clock, issuer, stateOf } = scene();
    await stateOf("first");
    for (let second = 0; second < 3_600; second += 10) {
      await clock.advance(10_000);
      expect(await stateOf("other")).toBe("invalid");
    }
    const times = issuer.asked.map(({ at }) => at);
    for (const [place, at] of times.slice(1).entries())
      expect(at - (times[place] ?? 0)).toBeGreaterThanOrEqual(5 * minutes);
    expect(times.length).toBe(13);
  });

  it("is no certain thing where the newer key can't be had, and good ones stay good", async () => {
    const { clock, issuer, check, stateOf } = scene();
    await stateOf("first");
    issuer.down();
    await clock.advance(5 * minutes);
    expect(await check("other")).toEqual({ state: "unavailable", retryAfterSeconds: 300 });
    await clock.advance(minutes);
    expect(await check("other")).toEqual({ state: "unavailable", retryAfterSeconds: 240 });
    expect(await stateOf("first")).toBe("valid");
    expect(issuer.asked).toHaveLength(2);
  });
});

describe("where the key can't be had", () => {
  it("nothing can be said at first, and one fetch in 30 s looks again", async () => {
    const { clock, issuer, publish, check, stateOf } = scene();
    issuer.down();
    expect(await check("first")).toEqual({ state: "unavailable", retryAfterSeconds: 30 });
    await clock.advance(29_999);
    expect(await check("first")).toEqual({ state: "unavailable", retryAfterSeconds: 1 });
    expect(issuer.asked).toHaveLength(1);
    publish(keyDocument());
    await clock.advance(1);
    expect(await stateOf("first")).toBe("valid");
  });

  it("the last good one is used for a week, and not longer", async () => {
    const { clock, issuer, stateOf } = scene();
    await stateOf("first");
    issuer.down();
    await clock.advance(7 * 24 * hours - 1);
    expect(await stateOf("first")).toBe("valid");
    await clock.advance(1);
    expect(await stateOf("first")).toBe("unavailable");
  });

  it("whoever waits is told after three seconds", async () => {
    const { clock, issuer, check } = scene();
    issuer.hang();
    const answers = [check("first"), check("first")];
    await clock.advance(3_100);
    for (const answer of answers) expect((await answer).state).toBe("unavailable");
    expect(issuer.asked).toHaveLength(1);
    expect(clock.pendingTimers()).toBe(0);
  });

  const documents: readonly [string, string, () => Response][] = [
    ["an error", "status", () => new Response("{}", { status: 500 })],
    [
      "a redirect",
      "redirect",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    ],
    ["HTML", "not_json", () => new Response("<html>")],
    ["a document of 65 KiB", "too_large", () => Response.json({ ...keyDocument(), x: "a".repeat(65 * 1024) })],
    ["no key", "no_key", () => Response.json({ success: true, data: {} })],
    ["a key that is none", "unusable_key", () => Response.json({ data: { publicKey: "x" } })],
    ["a key too small", "unusable_key", () => Response.json({ data: { publicKey: pairOf("rsa-1024").pem } })],
    ["a key of a curve", "unusable_key", () => Response.json({ data: { publicKey: pairOf("p256").pem } })],
  ];
  it.each(documents)(
    "because of %s, an event waits and the log says why; a good key is not replaced",
    async (_, reason, make) => {
      const fresh = scene();
      fresh.issuer.answer(async () => make());
      expect(await fresh.stateOf("first")).toBe("unavailable");
      expect(fresh.events).toEqual([{ type: "webhook.keyFailed", reason }]);

      const known = scene();
      await known.stateOf("first");
      known.issuer.answer(async () => make());
      await known.clock.advance(5 * minutes);
      expect(await known.stateOf("other")).toBe("unavailable");
      expect(await known.stateOf("first")).toBe("valid");
    },
  );
});

describe("a pinned key", () => {
  it("decides alone, and nothing is fetched", async () => {
    const read = readPublicKey(publicPem());
    if (!read.ok) throw new Error(read.failure);
    const { issuer, stateOf } = scene({ key: read.value.key });
    expect(await stateOf("first")).toBe("valid");
    expect(await stateOf("other")).toBe("invalid");
    expect(issuer.asked).toEqual([]);
  });
});
