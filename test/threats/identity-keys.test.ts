// Issuers that are down, slow, rotating or hostile, and callers who make us ask them.
import { describe, expect, it } from "vitest";
import type { Fetch } from "../../src/ground/fetch-json.ts";
import { createIdentityRig } from "../support/identity-rig.ts";
import type { IdentityRig } from "../support/identity-rig.ts";
import { forgeToken, goodClaims, pairOf, signWith } from "../support/tokens.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const unauthorized = { ok: false, failure: { code: "unauthorized" } };
const unavailable = { ok: false, failure: { code: "identity_unavailable", retryAfterSeconds: expect.any(Number) } };

const published = (name = "first") => ({ ...pairOf("p256", name).jwk, kid: name });

let tokenCount = 0;
/** A token nobody has seen, of that key, for the next two days. */
function freshToken(rig: IdentityRig, name = "first", kid: string | undefined = name): string {
  tokenCount += 1;
  const claims = {
    ...goodClaims(rig.clock.now()),
    exp: Math.floor(rig.clock.now() / 1000) + 48 * 3_600,
    jti: tokenCount,
  };
  return forgeToken({ alg: "ES256", kid }, claims, signWith("ES256", pairOf("p256", name).privateKey));
}

const failedReasons = (rig: IdentityRig) =>
  rig.events.flatMap((event) => (event.type === "identity.keysFailed" ? [event.reason] : []));

describe("an issuer that is down", () => {
  it("row 23: from the start, means nobody can be told from anybody: unavailable with a time to wait, and one try in 30 s", async () => {
    const rig = createIdentityRig();
    rig.issuer.down();
    for (let second = 0; second < 60; second += 1) {
      const identified = await rig.identify(freshToken(rig));
      expect(identified).toEqual(unavailable);
      const wait =
        !identified.ok && "retryAfterSeconds" in identified.failure ? identified.failure.retryAfterSeconds : 0;
      expect(wait).toBe(30 - (second % 30));
      await rig.clock.advance(1_000);
    }
    expect(rig.issuer.asked).toHaveLength(2);
    expect(new Set(rig.reasons())).toEqual(new Set(["keys_unavailable"]));
    rig.issuer.publish(published());
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
  });

  it("row 23: after ten minutes goes unnoticed for a day, for tokens seen and not seen, and then shuts everybody out", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published());
    const seen = freshToken(rig);
    expect(await rig.identify(seen)).toMatchObject({ ok: true });
    await rig.clock.advance(10 * minutes);
    rig.issuer.down();
    for (let hour = 0; hour < 23; hour += 1) {
      expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
      expect(await rig.identify(seen)).toMatchObject({ ok: true });
      await rig.deferred();
      await rig.clock.advance(hours);
    }
    await rig.clock.advance(50 * minutes - 1);
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
    await rig.deferred();
    await rig.clock.advance(1);
    expect(rig.recall(seen)).toBeUndefined();
    expect(await rig.identify(seen)).toEqual(unavailable);
    expect(await rig.identify(freshToken(rig))).toEqual(unavailable);
    rig.issuer.publish(published());
    await rig.clock.advance(30_000);
    expect(await rig.identify(seen)).toMatchObject({ ok: true });
  });

  it.each([
    ["hangs", (rig: IdentityRig) => rig.issuer.hang()],
    [
      "hangs in the body",
      (rig: IdentityRig) =>
        rig.issuer.answer(
          async () =>
            new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('{"keys":[')) })),
        ),
    ],
    [
      "drips",
      (rig: IdentityRig) =>
        rig.issuer.answer(async () => {
          const drip = (body: ReadableStreamDefaultController) => {
            body.enqueue(new TextEncoder().encode(" "));
            rig.clock.timer(100, () => {
              try {
                drip(body);
              } catch {
                // Cancelled.
              }
            });
          };
          return new Response(new ReadableStream({ start: drip }));
        }),
    ],
  ])("row 23: that %s is given up after three seconds, by everybody who waits", async (_, misbehave) => {
    const rig = createIdentityRig();
    misbehave(rig);
    let settled = 0;
    const waiting = Array.from({ length: 20 }, async () => {
      const identified = await rig.identify(freshToken(rig));
      settled += 1;
      return identified;
    });
    await rig.clock.advance(2_900);
    expect(settled).toBe(0);
    await rig.clock.advance(200);
    expect(settled).toBe(20);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toEqual(unavailable);
    expect(rig.issuer.asked).toHaveLength(1);
    expect(rig.issuer.asked[0]?.init.signal?.aborted).toBe(true);
    expect(failedReasons(rig)).toEqual(["timeout"]);
  });

  it.each([
    ["an error of the network or of TLS", () => Promise.reject(new TypeError("certificate has expired")), "network"],
    [
      "a fetch that throws",
      () => {
        throw new TypeError("canary");
      },
      "network",
    ],
    ["503", async () => new Response("down", { status: 503 }), "status"],
    ["404", async () => new Response("{}", { status: 404 }), "status"],
    ["401", async () => new Response("{}", { status: 401 }), "status"],
    ["204", async () => new Response(null, { status: 204 }), "status"],
    ["206", async () => new Response('{"keys":[', { status: 206 }), "status"],
  ] satisfies [string, Fetch, string][])("row 23: that answers with %s is down", async (_, answer, reason) => {
    const rig = createIdentityRig();
    rig.issuer.answer(answer);
    expect(await rig.identify(freshToken(rig))).toEqual(unavailable);
    expect(failedReasons(rig)).toEqual([reason]);
    expect(JSON.stringify(rig.events)).not.toContain("canary");
  });
});

describe("callers who name keys at random", () => {
  it("row 24: ten thousand of them cost two fetches in a cool-down, and learn nothing", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published());
    const sign = () => Buffer.alloc(64, 1);
    for (let number = 0; number < 10_000; number += 1) {
      const token = forgeToken({ alg: "ES256", kid: `random-${number}` }, goodClaims(rig.clock.now()), sign);
      expect(await rig.identify(token)).toEqual(unauthorized);
      if (number % 100 === 0) await rig.clock.advance(250);
    }
    expect(rig.issuer.asked).toHaveLength(2);
    expect(new Set(rig.reasons())).toEqual(new Set(["unknown_key"]));
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
  });

  it("row 24: at any pace, and while the issuer comes and goes, no 30 s see more than two", async () => {
    const rig = createIdentityRig();
    for (let number = 0; number < 2_400; number += 1) {
      if (number % 800 === 0) rig.issuer.publish(published());
      if (number % 800 === 300) rig.issuer.down();
      void rig.identify(
        forgeToken({ alg: "ES256", kid: `random-${number}` }, goodClaims(rig.clock.now()), () => Buffer.alloc(64, 1)),
      );
      await rig.clock.advance(500);
    }
    const times = rig.issuer.asked.map(({ at }) => at);
    for (const start of times)
      expect(times.filter((at) => at >= start && at < start + 30_000).length).toBeLessThanOrEqual(2);
    expect(times.length).toBeGreaterThan(20);
  });

  it("row 24: at once, while the issuer hangs, they wait no longer than it may take", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published());
    await rig.identify(freshToken(rig));
    rig.issuer.hang();
    const waiting = Array.from({ length: 200 }, (_, number) =>
      rig.identify(freshToken(rig, "first", `random-${number}`)),
    );
    await rig.clock.advance(3_100);
    for (const outcome of await Promise.all(waiting)) expect(outcome.ok).toBe(false);
    expect(rig.issuer.asked).toHaveLength(2);
    // Nobody with a known key waited for any of it.
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
  });
});

describe("an issuer that changes its keys", () => {
  it("row 25: is asked once for the new one, and both hold in the overlap", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published("first"));
    expect(await rig.identify(freshToken(rig, "first"))).toMatchObject({ ok: true });
    await rig.clock.advance(minutes);
    rig.issuer.publish(published("first"), published("second"));
    expect(await rig.identify(freshToken(rig, "second"))).toMatchObject({ ok: true });
    expect(await rig.identify(freshToken(rig, "first"))).toMatchObject({ ok: true });
    expect(await rig.identify(freshToken(rig, "second"))).toMatchObject({ ok: true });
    expect(rig.issuer.asked).toHaveLength(2);
    expect(rig.reasons()).toEqual([]);
  });

  it("row 25: takes remembered tokens of a key it withdrew out of everybody's memory, and leaves the others", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published("first"), published("second"));
    const [withdrawn, kept] = [freshToken(rig, "first"), freshToken(rig, "second")];
    expect(await rig.identify(withdrawn)).toMatchObject({ ok: true });
    const principal = await rig.identify(kept);
    rig.issuer.publish(published("second"));
    await rig.clock.advance(10 * minutes);
    // Even where nobody comes with a token that was not seen before.
    expect(rig.recall(withdrawn)).toBeUndefined();
    await rig.identify(withdrawn);
    await rig.deferred();
    expect(rig.recall(withdrawn)).toBeUndefined();
    expect(await rig.identify(withdrawn)).toEqual(unauthorized);
    expect(rig.recall(kept)).toBe(principal.ok && principal.value);
  });

  it("row 25: lets nobody in by a key it withdrew hours ago, be the service idle all the time, with a token seen or not", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published("first"));
    const seen = freshToken(rig, "first");
    expect(await rig.identify(seen)).toMatchObject({ ok: true });
    expect(rig.recall(seen)).toBeDefined();
    rig.issuer.publish(published("second"));
    await rig.clock.advance(23 * hours);
    rig.issuer.answer(async () => {
      await new Promise<void>((resolve) => void rig.clock.timer(200, resolve));
      return Response.json({ keys: [published("second")] });
    });
    expect(rig.recall(seen)).toBeUndefined();
    const waiting = [seen, ...Array.from({ length: 5 }, () => freshToken(rig, "first"))].map((token) =>
      rig.identify(token),
    );
    const good = rig.identify(freshToken(rig, "second"));
    await rig.clock.settle();
    expect(rig.recall(seen)).toBeUndefined();
    await rig.clock.advance(250);
    expect(await good).toMatchObject({ ok: true });
    // The issuer is asked once more for a name that its newer set does not have.
    await rig.clock.advance(250);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toEqual(unauthorized);
    expect(rig.issuer.asked).toHaveLength(3);
  });

  it("row 25: that is down when an idle service wakes up keeps everybody for three seconds, and shuts nobody out", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(published());
    const seen = freshToken(rig);
    const principal = await rig.identify(seen);
    await rig.clock.advance(23 * hours);
    rig.issuer.hang();
    const waiting = [rig.identify(seen), rig.identify(freshToken(rig))];
    await rig.clock.advance(3_100);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ ok: true });
    expect(rig.recall(seen)).toBe(principal.ok && principal.value);
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
    expect(rig.issuer.asked).toHaveLength(2);
  });

  it("row 25: takes them out as well where another key has the old name", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...published("first"), kid: "current" });
    const old = freshToken(rig, "first", "current");
    expect(await rig.identify(old)).toMatchObject({ ok: true });
    rig.issuer.publish({ ...published("second"), kid: "current" });
    await rig.clock.advance(10 * minutes);
    await rig.identify(old);
    await rig.deferred();
    expect(rig.recall(old)).toBeUndefined();
    expect(await rig.identify(old)).toEqual(unauthorized);
    expect(await rig.identify(freshToken(rig, "second", "current"))).toMatchObject({ ok: true });
  });
});

const oct = {
  kty: "oct",
  kid: "shared",
  alg: "HS256",
  k: Buffer.from("a shared secret of 32 bytes or so").toString("base64url"),
};
const privateJwk = { ...pairOf("p256", "leaked").privateKey.export({ format: "jwk" }), kid: "leaked" };
const setOf = (keys: unknown) => JSON.stringify({ keys });

/** What is no set of keys, and as what it is refused. */
const hostileSets: readonly [string, () => Response | Promise<Response>, string][] = [
  [
    "HTML",
    () => new Response("<!doctype html><title>Log in</title>", { headers: { "content-type": "text/html" } }),
    "not_json",
  ],
  ["nothing", () => new Response(""), "not_json"],
  ["cut JSON", () => new Response('{"keys":[{"kty":"EC"'), "not_json"],
  ["bytes that are no text", () => new Response(new Uint8Array([0xff, 0xfe, 0x00])), "not_json"],
  ["a list", () => new Response(JSON.stringify([published()])), "not_a_key_set"],
  ["a key", () => new Response(JSON.stringify(published())), "not_a_key_set"],
  ["null", () => new Response("null"), "not_a_key_set"],
  ["keys in an object", () => new Response(setOf({ 0: published(), length: 1 })), "not_a_key_set"],
  ["keys by inheritance", () => new Response(`{"__proto__":${setOf([published()])}}`), "not_a_key_set"],
  ["no key", () => new Response(setOf([])), "no_usable_key"],
  ["65 keys", () => new Response(setOf(Array(65).fill(published()))), "too_many_keys"],
  ["100,000 keys", () => new Response(setOf(Array(100_000).fill(published()))), "too_large"],
  ["a shared secret alone", () => new Response(setOf([oct])), "no_usable_key"],
  ["a private key alone", () => new Response(setOf([privateJwk])), "no_usable_key"],
  ["a key too small", () => new Response(setOf([pairOf("rsa-1024").jwk])), "no_usable_key"],
  ["a key for encryption", () => new Response(setOf([{ ...published(), use: "enc" }])), "no_usable_key"],
  [
    "things that are no keys",
    () => new Response(setOf([null, 7, "key", [], {}, [published()], { kty: "__proto__" }, { kty: ["EC"] }])),
    "no_usable_key",
  ],
  ["deep nesting", () => new Response(`{"keys":${"[".repeat(30_000)}${"]".repeat(30_000)}}`), "no_usable_key"],
  ["a name that is no name", () => new Response(setOf([{ ...published(), kid: "../x y" }])), "no_usable_key"],
  ...[301, 302, 303, 307, 308].map((status): [string, () => Response, string] => [
    `a redirect (${status})`,
    () => new Response(setOf([published()]), { status, headers: { location: "https://evil.example/jwks.json" } }),
    "redirect",
  ]),
];

describe("an issuer that is hostile", () => {
  it.each(hostileSets)(
    "row 26: with %s says nothing at first, and later does not replace what was good",
    async (_, answer, reason) => {
      const rig = createIdentityRig();
      rig.issuer.answer(async () => answer());
      expect(await rig.identify(freshToken(rig))).toEqual(unavailable);
      expect(rig.issuer.asked).toHaveLength(1);
      rig.issuer.publish(published());
      await rig.clock.advance(30_000);
      expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
      rig.issuer.answer(async () => answer());
      await rig.clock.advance(10 * minutes);
      await rig.identify(freshToken(rig));
      await rig.deferred();
      expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
      expect(failedReasons(rig)).toEqual([reason, reason]);
    },
  );

  it("row 26: with 50 MB is cut off after 64 KiB", async () => {
    const rig = createIdentityRig();
    let sentBytes = 0;
    let isCancelled = false;
    rig.issuer.answer(async () => {
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sentBytes += 16_384;
          if (sentBytes > 50_000_000) controller.close();
          else controller.enqueue(new Uint8Array(16_384).fill(0x20));
        },
        cancel() {
          isCancelled = true;
        },
      });
      return new Response(body);
    });
    expect(await rig.identify(freshToken(rig))).toEqual(unavailable);
    expect(sentBytes).toBeLessThan(200_000);
    expect(isCancelled).toBe(true);
    expect(failedReasons(rig)).toEqual(["too_large"]);
  });

  it("row 26: with 64 KiB to the byte is still heard", async () => {
    const rig = createIdentityRig();
    const text = setOf([published()]);
    for (const [length, isHeard] of [
      [65_536, true],
      [65_537, false],
    ] as const) {
      rig.issuer.answer(async () => new Response(text.padEnd(length)));
      expect((await rig.identify(freshToken(rig))).ok).toBe(isHeard);
      await rig.clock.advance(25 * hours);
    }
  });

  it("row 26: with a body that never ends is left for good, though it takes no notice of a signal", async () => {
    const rig = createIdentityRig();
    let isCancelled = false;
    const endless = new ReadableStream({
      cancel() {
        isCancelled = true;
      },
    });
    rig.issuer.answer(async () => new Response(endless));
    const identified = rig.identify(freshToken(rig));
    await rig.clock.advance(3_000);
    expect(await identified).toEqual(unavailable);
    expect(isCancelled).toBe(true);
    expect(rig.clock.pendingTimers()).toBe(0);
  });

  it("row 26: with a stream that breaks, or that is no bytes, is down", async () => {
    const rig = createIdentityRig();
    rig.issuer.answer(
      async () => new Response(new ReadableStream({ pull: (body) => body.error(new Error("canary")) })),
    );
    expect(await rig.identify(freshToken(rig))).toEqual(unavailable);
    expect(failedReasons(rig)).toEqual(["network"]);
    expect(JSON.stringify(rig.events)).not.toContain("canary");
  });

  it("row 26: that publishes a shared or a private key among good ones makes no signer of whoever reads it", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(oct, privateJwk, published());
    const claims = goodClaims(rig.clock.now());
    const secret = Buffer.from(oct.k, "base64url");
    for (const kid of ["shared", "first", undefined]) {
      expect(await rig.identify(forgeToken({ alg: "HS256", kid }, claims, signWith("HS256", secret)))).toEqual(
        unauthorized,
      );
    }
    expect(await rig.identify(freshToken(rig, "leaked"))).toEqual(unauthorized);
    expect(await rig.identify(freshToken(rig))).toMatchObject({ ok: true });
    expect(rig.events).toContainEqual({ type: "identity.keysFetched", count: 1 });
  });

  it("row 26: that publishes one key many times over has published one", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(...Array<object>(64).fill(published()));
    expect(await rig.identify(freshToken(rig, "first", undefined))).toMatchObject({ ok: true });
    expect(rig.events).toContainEqual({ type: "identity.keysFetched", count: 1 });
  });
});
