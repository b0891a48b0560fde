// Identity as a whole, mode by mode: what is looked at, what comes out, and that nothing is verified twice.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import { createTestClock } from "../support/clock.ts";
import { bearer, createIdentityRig, jwksSettings, jwksUrl, mayCheck } from "../support/identity-rig.ts";
import { apiKeyOf, audience, forgeToken, goodClaims, issuer, pairOf, signWith } from "../support/tokens.ts";
import type { KeyKind } from "../support/tokens.ts";

const secret = new TextEncoder().encode("a shared secret of 32 bytes or so");
const base = { mode: "jwt", issuer, audiences: [audience] } as const;
const secretSettings: IdentitySettings = { ...base, key: { type: "secret", secret } };

function publicSettings(kind: KeyKind): IdentitySettings {
  const key = readPublicKey(pairOf(kind).pem);
  if (!key.ok) throw new Error(key.failure);
  return { ...base, key: key.value };
}

const unauthorized = { ok: false, failure: { code: "unauthorized" } };

describe("public", () => {
  it("is one and the same anybody for everybody, whatever they show", async () => {
    const { identity, identify, recall, events } = createIdentityRig({ mode: "public" });
    const anyone = identity.recall({ authorization: undefined, accessAssertion: undefined });
    expect(anyone).toEqual({ mode: "public", issuer: "public", subject: "anyone", claims: {}, expiresAt: Infinity });
    expect(recall("whatever")).toBe(anyone);
    expect(await identify("whatever")).toEqual({ ok: true, value: anyone });
    expect(events).toEqual([]);
  });
});

const signings: readonly [algorithm: string, kind: KeyKind][] = [
  ["RS256", "rsa"],
  ["PS256", "rsa"],
  ["ES256", "p256"],
  ["ES384", "p384"],
  ["EdDSA", "ed25519"],
  ["Ed25519", "ed25519"],
];

describe("jwt", () => {
  it("with a shared secret takes HS256, and remembers who it was", async () => {
    const { clock, identify, recall, events } = createIdentityRig(secretSettings);
    const claims = { ...goodClaims(clock.now()), roles: ["teacher"] };
    const token = forgeToken({ alg: "HS256", typ: "JWT" }, claims, signWith("HS256", secret));
    expect(recall(token)).toBeUndefined();
    const identified = await identify(token);
    const expected = { mode: "jwt", issuer, subject: "user-1", claims, expiresAt: claims.exp * 1000 };
    expect(identified).toEqual({ ok: true, value: expected });
    expect(recall(token)).toBe(identified.ok && identified.value);
    expect(events).toEqual([]);
  });

  it.each(signings)(
    "with a configured key takes %s of a key of kind %s, and no key of another",
    async (algorithm, kind) => {
      const { clock, identify, reasons } = createIdentityRig(publicSettings(kind));
      const tokenOf = (name: string) =>
        forgeToken(
          { alg: algorithm, kid: "any" },
          goodClaims(clock.now()),
          signWith(algorithm, pairOf(kind, name).privateKey),
        );
      expect(await identify(tokenOf("first"))).toMatchObject({ ok: true, value: { subject: "user-1" } });
      expect(await identify(tokenOf("second"))).toEqual(unauthorized);
      expect(reasons()).toEqual(["signature"]);
    },
  );

  it.each(signings)("with a published key takes %s of a key of kind %s", async (algorithm, kind) => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf(kind).jwk, kid: "one" });
    const token = forgeToken(
      { alg: algorithm, kid: "one" },
      goodClaims(rig.clock.now()),
      signWith(algorithm, pairOf(kind).privateKey),
    );
    expect(await rig.identify(token)).toMatchObject({ ok: true, value: { mode: "jwt", subject: "user-1" } });
  });

  it("with several keys that fit tries each for a token that names none", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish(...["first", "second", "third"].map((name) => ({ ...pairOf("p256", name).jwk, kid: name })));
    const token = forgeToken(
      { alg: "ES256" },
      goodClaims(rig.clock.now()),
      signWith("ES256", pairOf("p256", "third").privateKey),
    );
    expect(await rig.identify(token)).toMatchObject({ ok: true });
  });

  it("looks at Authorization alone", async () => {
    const { clock, identity, reasons, events } = createIdentityRig(secretSettings);
    const token = forgeToken({ alg: "HS256" }, goodClaims(clock.now()), signWith("HS256", secret));
    const report = (event: (typeof events)[number]) => void events.push(event);
    const context = { report, defer: () => {}, mayCheck };
    const credentials = { authorization: undefined, accessAssertion: token };
    expect(await identity.identify(credentials, context)).toEqual(unauthorized);
    expect(identity.recall(credentials)).toBeUndefined();
    expect(reasons()).toEqual(["no_token"]);
  });
});

describe("access", () => {
  const settings: IdentitySettings = {
    mode: "access",
    issuer: "https://team.cloudflareaccess.com",
    audiences: ["32eafc7626e974616deaf0dc3ce63d7b"],
    jwksUrl: "https://team.cloudflareaccess.com/cdn-cgi/access/certs",
  };
  const claimsAt = (now: number) => ({
    ...goodClaims(now),
    iss: settings.issuer,
    aud: settings.audiences,
    type: "app",
  });
  const sign = signWith("RS256", pairOf("rsa").privateKey);

  it("takes what Access puts into Cf-Access-Jwt-Assertion: of people, and of service tokens by their name", async () => {
    const rig = createIdentityRig(settings);
    rig.issuer.publish({ ...pairOf("rsa").jwk, kid: "one", alg: "RS256", use: "sig" });
    const claims = claimsAt(rig.clock.now());
    const person = forgeToken({ alg: "RS256", kid: "one", typ: "JWT" }, claims, sign);
    expect(await rig.identify(person)).toMatchObject({ ok: true, value: { mode: "access", subject: "user-1" } });
    expect(rig.recall(person)).toMatchObject({ subject: "user-1" });
    const service = forgeToken({ alg: "RS256", kid: "one" }, { ...claims, sub: "", common_name: "ci.access" }, sign);
    expect(await rig.identify(service)).toMatchObject({ ok: true, value: { subject: "ci.access" } });
    expect(rig.issuer.asked.map(({ url }) => url)).toEqual([settings.jwksUrl]);
  });

  it("signs with RS256 or ES256, so that nothing else is taken even from a key that could", async () => {
    const rig = createIdentityRig(settings);
    rig.issuer.publish(
      { ...pairOf("rsa").jwk, kid: "one" },
      { ...pairOf("p256").jwk, kid: "two" },
      { ...pairOf("p384").jwk, kid: "three" },
    );
    const claims = claimsAt(rig.clock.now());
    const tokenOf = (alg: string, kid: string, kind: KeyKind) =>
      forgeToken({ alg, kid }, claims, signWith(alg, pairOf(kind).privateKey));
    expect(await rig.identify(tokenOf("ES256", "two", "p256"))).toMatchObject({ ok: true });
    expect(await rig.identify(tokenOf("PS256", "one", "rsa"))).toEqual(unauthorized);
    expect(await rig.identify(tokenOf("ES384", "three", "p384"))).toEqual(unauthorized);
    expect(rig.reasons()).toEqual(["algorithm", "algorithm"]);
  });
});

describe("key", () => {
  const reader = apiKeyOf("status-page");
  const other = apiKeyOf("ssr", "s".repeat(60));
  const settings: IdentitySettings = {
    mode: "key",
    keys: new Map([
      ["status-page", reader.hash],
      ["ssr", other.hash],
    ]),
  };

  it("takes a key whose hash is configured, and names its holder by the key's id", async () => {
    const { identify, recall } = createIdentityRig(settings);
    const identified = await identify(reader.key);
    expect(identified).toEqual({
      ok: true,
      value: {
        mode: "key",
        issuer: "key",
        subject: "status-page",
        claims: { sub: "status-page" },
        expiresAt: Infinity,
      },
    });
    expect(recall(reader.key)).toBe(identified.ok && identified.value);
    expect(await identify(other.key)).toMatchObject({ ok: true, value: { subject: "ssr" } });
  });

  it.each([
    ["the key of another id", apiKeyOf("ssr", "k".repeat(43)).key, "key"],
    ["an id nobody has", apiKeyOf("nobody").key, "key"],
    ["a secret that is one longer", `${reader.key}k`, "key"],
    ["a secret that is too short", apiKeyOf("status-page", "k".repeat(42)).key, "malformed"],
    ["an id in capitals", reader.key.replace("status", "STATUS"), "malformed"],
    ["an id of 33 characters", apiKeyOf("a".repeat(33)).key, "malformed"],
    ["an id of an object's", apiKeyOf("constructor").key, "key"],
    ["no id", `rtkb__${"k".repeat(43)}`, "malformed"],
    ["no prefix", reader.key.slice(5), "malformed"],
    ["its hash", Buffer.from(reader.hash).toString("hex"), "malformed"],
    ["a character that no key has", `${reader.key}!`, "malformed"],
  ])("does not take %s", async (_, key, reason) => {
    const { identify, recall, reasons } = createIdentityRig(settings);
    expect(await identify(key)).toEqual(unauthorized);
    expect(recall(key)).toBeUndefined();
    expect(reasons()).toEqual([reason]);
  });
});

/** Runs `work`, and says how many signatures were verified in the meantime. */
async function verificationsDuring(work: () => Promise<void>): Promise<number> {
  const { verify } = crypto.subtle;
  let count = 0;
  crypto.subtle.verify = async function counting(...given: Parameters<typeof verify>) {
    count += 1;
    return verify.apply(this, given);
  };
  try {
    await work();
  } finally {
    crypto.subtle.verify = verify;
  }
  return count;
}

describe("a token that was verified once", () => {
  it("is recalled without the issuer and without another verification, until it ends", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf("p256").jwk, kid: "one" });
    const token = forgeToken(
      { alg: "ES256", kid: "one" },
      goodClaims(rig.clock.now()),
      signWith("ES256", pairOf("p256").privateKey),
    );
    const identified = await rig.identify(token);
    const principal = identified.ok ? identified.value : undefined;
    rig.issuer.down();
    const verifications = await verificationsDuring(async () => {
      for (let second = 0; second < 300; second += 1) {
        expect(rig.recall(token)).toBe(principal);
        expect(await rig.identify(token)).toEqual(identified);
        await rig.clock.advance(1_000);
      }
    });
    expect(verifications).toBe(0);
    expect(rig.recall(token)).toBeUndefined();
    // Within the tolerance it is still good, at the price of a look.
    expect(await verificationsDuring(async () => void (await rig.identify(token)))).toBe(1);
    expect(rig.reasons()).toEqual([]);
    expect(rig.issuer.asked).toHaveLength(1);
    await rig.clock.advance(30_000);
    expect(await rig.identify(token)).toEqual(unauthorized);
    expect(rig.reasons()).toEqual(["expired"]);
  });

  it("costs one digest each time it is shown: what is remembered is found by nothing else", async () => {
    const apiKey = apiKeyOf("ssr");
    const keyed: IdentitySettings = { mode: "key", keys: new Map([["ssr", apiKey.hash]]) };
    for (const settings of [secretSettings, keyed]) {
      const { clock, identify, recall, digests } = createIdentityRig(settings);
      const signed = () => forgeToken({ alg: "HS256" }, goodClaims(clock.now()), signWith("HS256", secret));
      const token = settings === keyed ? apiKey.key : signed();
      const identified = await identify(token);
      expect(identified.ok).toBe(true);
      const before = digests();
      for (let time = 0; time < 10; time += 1) expect(recall(token)).toBe(identified.ok && identified.value);
      expect(digests() - before).toBe(10);
    }
  });

  it("gives all requests that brought it at once the same principal", async () => {
    const { clock, identify } = createIdentityRig(secretSettings);
    const token = forgeToken({ alg: "HS256" }, goodClaims(clock.now()), signWith("HS256", secret));
    const all = await Promise.all(Array.from({ length: 50 }, () => identify(token)));
    expect(new Set(all.map((result) => result.ok && result.value)).size).toBe(1);
  });

  it("sends one request through the long way when the keys are to be looked after, and is recalled again from then on", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf("p256").jwk, kid: "one" });
    const claims = { ...goodClaims(rig.clock.now()), exp: Math.floor(rig.clock.now() / 1000) + 3_600 };
    const token = forgeToken({ alg: "ES256", kid: "one" }, claims, signWith("ES256", pairOf("p256").privateKey));
    const first = await rig.identify(token);
    await rig.clock.advance(10 * 60_000);
    expect(rig.recall(token)).toBeUndefined();
    const verifications = await verificationsDuring(async () => {
      expect(await rig.identify(token)).toEqual(first);
      expect(rig.recall(token)).toBe(first.ok && first.value);
    });
    expect(verifications).toBe(0);
    await rig.deferred();
    expect(rig.issuer.asked).toHaveLength(2);
    expect(rig.recall(token)).toBe(first.ok && first.value);
  });
});

type Refusable = readonly [token: string, reason: string];

describe("leave to check", () => {
  const settings: readonly [string, IdentitySettings][] = [
    ["jwt", secretSettings],
    ["access", { mode: "access", issuer, audiences: [audience], jwksUrl }],
    ["key", { mode: "key", keys: new Map([["ssr", apiKeyOf("ssr").hash]]) }],
  ];

  it.each(settings)("is not asked for what costs no cryptography to refuse, in mode %s", async (_, each) => {
    const rig = createIdentityRig(each);
    const claims = goodClaims(rig.clock.now());
    const sign = signWith("HS256", secret);
    const alg = each.mode === "access" ? "RS256" : "HS256";
    const forms: readonly Refusable[] = [
      ["", "no_token"],
      ["x".repeat(9_000), "too_long"],
      ["x", "malformed"],
      ["a.b", "malformed"],
      ["rtkb_ssr_short", "malformed"],
    ];
    const tokens: readonly Refusable[] = [
      ["a.b.c", "header"],
      [forgeToken({ alg: "none" }, claims, sign), "algorithm"],
      [forgeToken({ alg: "HS512" }, claims, sign), "algorithm"],
      [forgeToken({ alg, typ: "JWE" }, claims, sign), "type"],
      [forgeToken({ alg, kid: "a b" }, claims, sign), "key_id"],
      [forgeToken({ alg }, "no claims", sign), "claims"],
      [forgeToken({ alg }, { ...claims, iss: "https://evil.example" }, sign), "issuer"],
      [forgeToken({ alg }, { ...claims, aud: "another" }, sign), "audience"],
      [forgeToken({ alg }, { ...claims, exp: claims.iat - 31 }, sign), "expired"],
    ];
    const refusable = each.mode === "key" ? forms : [...forms, ...tokens];
    for (const [token] of refusable) expect(await rig.identify(token), token.slice(0, 200)).toEqual(unauthorized);
    expect(rig.reasons()).toEqual(refusable.map(([, reason]) => reason));
    expect([rig.checks(), rig.issuer.asked]).toEqual([0, []]);
  });

  it("is asked for once for a token that was not seen before, good or not, and not for one that is recalled", async () => {
    const { clock, identify, recall, checks } = createIdentityRig(secretSettings);
    const token = forgeToken({ alg: "HS256" }, goodClaims(clock.now()), signWith("HS256", secret));
    expect(await identify(`${token}x`)).toEqual(unauthorized);
    expect(checks()).toBe(1);
    expect(await identify(token)).toMatchObject({ ok: true });
    expect(checks()).toBe(2);
    expect(await identify(token)).toMatchObject({ ok: true });
    expect(recall(token)).toBeDefined();
    expect(checks()).toBe(2);
  });

  it("that is not given ends in the failure told, with nothing verified, fetched or reported; who is known goes on", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf("p256").jwk, kid: "one" });
    const sign = signWith("ES256", pairOf("p256").privateKey);
    const tokenOf = (sub: string) =>
      forgeToken({ alg: "ES256", kid: "one" }, { ...goodClaims(rig.clock.now()), sub }, sign);
    const token = tokenOf("known");
    const known = await rig.identify(token);
    const eventCount = rig.events.length;
    const failure = {
      code: "rate_limited",
      policy: "checks",
      quota: 1,
      windowSeconds: 60,
      retryAfterSeconds: 7,
    } as const;
    rig.forbidChecks(failure);
    const verifications = await verificationsDuring(async () => {
      expect(await rig.identify(tokenOf("new"))).toEqual({ ok: false, failure });
      expect(await rig.identify(token)).toEqual(known);
    });
    expect([verifications, rig.events.length, rig.issuer.asked.length]).toEqual([0, eventCount, 1]);
  });

  it("that is not given is known at once, also while the issuer hangs and everybody else has to wait for newer keys", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf("p256").jwk, kid: "one" });
    const claims = { ...goodClaims(rig.clock.now()), exp: Math.floor(rig.clock.now() / 1000) + 7_200 };
    const sign = signWith("ES256", pairOf("p256").privateKey);
    expect(await rig.identify(forgeToken({ alg: "ES256", kid: "one" }, claims, sign))).toMatchObject({ ok: true });
    await rig.clock.advance(30 * 60_000);
    rig.issuer.hang();
    const failure = {
      code: "rate_limited",
      policy: "checks",
      quota: 1,
      windowSeconds: 60,
      retryAfterSeconds: 7,
    } as const;
    rig.forbidChecks(failure);
    const asked = rig.issuer.asked.length;
    const other = forgeToken({ alg: "ES256", kid: "one" }, { ...claims, sub: "other" }, sign);
    expect(await rig.identify(other)).toEqual({ ok: false, failure });
    expect(rig.issuer.asked).toHaveLength(asked);
  });
});

describe("whatever goes wrong", () => {
  it("is one of two failures and one event, in which nothing of the token is", async () => {
    const rig = createIdentityRig();
    rig.issuer.publish({ ...pairOf("p256").jwk, kid: "one" });
    const claims = { ...goodClaims(rig.clock.now()), iss: "https://canary.example", sub: "canary-subject" };
    const token = forgeToken({ alg: "ES256", kid: "one" }, claims, signWith("ES256", pairOf("p256").privateKey));
    const stranger = signWith("ES256", pairOf("p256", "stranger").privateKey);
    const forged = forgeToken({ alg: "ES256", kid: "one" }, { ...claims, iss: issuer }, stranger);
    for (const given of [token, forged, token.slice(0, 80), "canary", ""])
      expect(await rig.identify(given)).toEqual(unauthorized);
    expect(rig.events).toHaveLength(6);
    expect(rig.reasons()).toEqual(["issuer", "signature", "malformed", "malformed", "no_token"]);
    expect(JSON.stringify(rig.events)).not.toMatch(/canary|eyJ/);
  });

  it("never rejects, also where the platform fails", async () => {
    const clock = createTestClock();
    const identity = createIdentity(jwksSettings, {
      fetch: async () => {
        throw new Error("canary");
      },
      clock,
      digest: () => {
        throw new Error("canary");
      },
    });
    const events: object[] = [];
    const context = { report: (event: object) => void events.push(event), defer: () => {}, mayCheck };
    const token = forgeToken({ alg: "ES256", kid: "one" }, goodClaims(clock.now()), () => Buffer.from("x"));
    expect(await identity.identify(bearer(token), context)).toEqual(unauthorized);
    expect(events).toEqual([{ type: "identity.refused", reason: "fault" }]);
  });

  it("keeps the same answer for tokens made up from the pieces of good ones", async () => {
    const { clock, identify } = createIdentityRig(secretSettings);
    const good = forgeToken({ alg: "HS256" }, goodClaims(clock.now()), signWith("HS256", secret));
    const [header = "", payload = "", signature = ""] = good.split(".");
    const bare = createHmac("sha256", secret).update(payload).digest("base64url");
    const pieces = [header, payload, signature, bare, "e30", "", "."];
    for (const first of pieces) {
      for (const second of pieces) {
        for (const third of pieces) {
          const token = `${first}.${second}.${third}`;
          if (token !== good) expect(await identify(token)).toEqual(unauthorized);
        }
      }
    }
  });
});
