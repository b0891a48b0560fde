// Tokens made to pass for good ones: algorithms, names of keys, issuers, audiences, dates. Whatever is sent, the answer is the same,
// nothing is thrown, and the issuer is asked for nothing it was not to be asked for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { readPublicKey } from "../../src/identity/signing-key.ts";
import { createIdentityRig, jwksSettings, jwksUrl } from "../support/identity-rig.ts";
import type { IdentityRig } from "../support/identity-rig.ts";
import { audience, forgeToken, goodClaims, issuer, pairOf, signWith, withPart } from "../support/tokens.ts";
import type { KeyKind, Sign } from "../support/tokens.ts";

const unauthorized = { ok: false, failure: { code: "unauthorized" } };
const secret = new TextEncoder().encode("a shared secret of 32 bytes or so");
const base = { mode: "jwt", issuer, audiences: [audience] } as const;

const rsa = pairOf("rsa");
const p256 = pairOf("p256");
const signRsa = signWith("RS256", rsa.privateKey);
const signP256 = signWith("ES256", p256.privateKey);
const nothing: Sign = () => Buffer.alloc(0);

function configured(kind: KeyKind): IdentitySettings {
  const key = readPublicKey(pairOf(kind).pem);
  if (!key.ok) throw new Error(key.failure);
  return { ...base, key: key.value };
}

/** A deployment of each kind of key, each of which takes the token that its own entry signs. */
const deployments: readonly [name: string, settings: IdentitySettings, algorithm: string, sign: Sign][] = [
  ["a published RSA key", jwksSettings, "RS256", signRsa],
  ["a published P-256 key", jwksSettings, "ES256", signP256],
  ["a configured RSA key", configured("rsa"), "RS256", signRsa],
  ["a configured P-256 key", configured("p256"), "ES256", signP256],
  ["a shared secret", { ...base, key: { type: "secret", secret } }, "HS256", signWith("HS256", secret)],
];

function open(settings: IdentitySettings): IdentityRig {
  const rig = createIdentityRig(settings);
  rig.issuer.publish({ ...rsa.jwk, kid: "RS256" }, { ...p256.jwk, kid: "ES256" });
  return rig;
}

const now = createIdentityRig().clock.now();
const claims = goodClaims(now);

describe.each(deployments)("with %s", (_, settings, algorithm, sign) => {
  const good = forgeToken({ alg: algorithm, kid: algorithm }, claims, sign);
  const [head = "", body = "", signature = ""] = good.split(".");

  async function expectRefused(tokens: Iterable<string>): Promise<string[]> {
    const rig = open(settings);
    let count = 0;
    for (const token of tokens) {
      count += 1;
      expect(await rig.identify(token), token.slice(0, 200)).toEqual(unauthorized);
      expect(rig.recall(token)).toBeUndefined();
    }
    expect(rig.reasons()).toHaveLength(count);
    // Foreseen, every one of them.
    expect(rig.reasons()).not.toContain("fault");
    expect(rig.issuer.asked.every(({ url }) => url === jwksUrl)).toBe(true);
    expect(rig.issuer.asked.length).toBeLessThanOrEqual(2);
    // The deployment works: what was refused was refused for what it is.
    expect(await rig.identify(good)).toMatchObject({ ok: true });
    return rig.reasons();
  }

  it("row 17: a token without a signature is nobody's, however `none` is spelled", async () => {
    const spellings = [
      "none",
      "None",
      "NONE",
      "nOnE",
      "none ",
      " none",
      "n\u006fne",
      "nоne",
      "",
      "null",
      "undefined",
      "HS0",
    ];
    const headers = [
      ...spellings.map((alg) => ({ alg, typ: "JWT" })),
      ...[null, undefined, 0, true, [], {}, ["none"], [algorithm], { toString: algorithm }].map((alg) => ({ alg })),
    ];
    const tokens = headers.flatMap((header) => {
      const unsigned = forgeToken(header, claims, nothing);
      return [
        unsigned,
        `${unsigned}x`,
        unsigned.slice(0, -1),
        withPart(unsigned, 2, signature),
        forgeToken(header, claims, sign),
      ];
    });
    await expectRefused([
      ...tokens,
      `${head}.${body}.`,
      `${head}.${body}`,
      head,
      `.${body}.${signature}`,
      `${head}..${signature}`,
    ]);
  });

  it("row 17: a public key is no secret, in whatever form it is used as one", async () => {
    const keys = [rsa, p256].flatMap(({ pem, jwk, publicKey }) => [
      pem,
      pem.trim(),
      pem.replaceAll("\n", ""),
      pem.replaceAll("\n", "\r\n"),
      publicKey.export({ format: "der", type: "spki" }),
      JSON.stringify(jwk),
      JSON.stringify({ ...jwk, kid: algorithm }),
      Buffer.from(jwk.n ?? jwk.x ?? "", "base64url"),
      jwk.n ?? jwk.x ?? "",
    ]);
    const tokens = [...keys, "", "secret", "null", Buffer.alloc(32)].flatMap((key) =>
      ["HS256", "HS384", "HS512"].flatMap((alg) => [
        forgeToken({ alg, kid: algorithm }, claims, signWith(alg, key)),
        forgeToken({ alg: algorithm, kid: algorithm }, claims, signWith(alg, key)),
      ]),
    );
    await expectRefused(tokens);
  });

  it("row 17: an algorithm that the key does not have is not taken, though the signature stands", async () => {
    const others: string[] = [];
    const forge = (alg: string, kid: string, signer: Sign) => others.push(forgeToken({ alg, kid }, claims, signer));
    // What is really a signature of the RSA key, under every name but those it goes by where it is the only key.
    const ownNames =
      settings.mode === "jwt" && settings.key.type === "public" && algorithm === "RS256" ? ["RS256", "PS256"] : [];
    for (const alg of ["RS256", "PS256", "RS384", "RS512"]) {
      if (!ownNames.includes(alg)) forge(alg, "ES256", signWith(alg, rsa.privateKey));
    }
    for (const alg of ["RS384", "RS512"]) forge(alg, "RS256", signWith(alg, rsa.privateKey));
    for (const alg of ["RS1", "rs256", "RSA-SHA256", "ES256", "HS256", "EdDSA"]) forge(alg, "RS256", signRsa);
    for (const alg of ["RS256", "ES384", "ES512", "ES256K", "es256", "HS256", "EdDSA"]) forge(alg, "ES256", signP256);
    for (const alg of ["HS384", "HS512"]) forge(alg, algorithm, signWith(alg, secret));
    for (const alg of ["hs256", "RS256", "ES256"]) forge(alg, algorithm, signWith("HS256", secret));
    for (const alg of ["EdDSA", "Ed25519"]) forge(alg, algorithm, signWith(alg, pairOf("ed25519").privateKey));
    for (const alg of ["A128KW", "dir", "ECDH-ES", "RSA-OAEP", "__proto__", "constructor"]) forge(alg, algorithm, sign);
    await expectRefused(others);
  });

  it("row 17: a signature that is empty, zero, of another key, of other bytes or in another form does not stand", async () => {
    const kinds: Record<string, KeyKind> = { RS256: "rsa", ES256: "p256" };
    const kind = kinds[algorithm];
    const stranger = kind ? pairOf(kind, "stranger").privateKey : "another secret of more than 32 bytes";
    const input = `${head}.${body}`;
    const bytes = Buffer.from(signature, "base64url");
    const changed = Buffer.from(bytes);
    changed[0] = (changed[0] ?? 0) ^ 1;
    const half = bytes.length / 2;
    const signatures = [
      Buffer.alloc(bytes.length),
      Buffer.alloc(bytes.length, 255),
      Buffer.alloc(64),
      Buffer.alloc(1),
      changed,
      bytes.subarray(1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]),
      signWith(algorithm, stranger)(Buffer.from(input)),
      sign(Buffer.from(body)),
      sign(Buffer.from(`${head}.`)),
      // DER, as other protocols have it.
      Buffer.concat([
        Buffer.from([0x30, bytes.length + 4, 2, half]),
        bytes.subarray(0, half),
        Buffer.from([2, half]),
        bytes.subarray(half),
      ]),
    ];
    const other = Buffer.from(JSON.stringify({ ...claims, sub: "admin" })).toString("base64url");
    await expectRefused([
      ...signatures.map((forged) => withPart(good, 2, forged.toString("base64url"))),
      withPart(good, 1, other),
      withPart(
        good,
        0,
        Buffer.from(JSON.stringify({ alg: algorithm, kid: algorithm, typ: "JWT" })).toString("base64url"),
      ),
    ]);
  });

  it("row 17: only the compact form is a token", async () => {
    const json = JSON.stringify({ payload: body, protected: head, signature });
    await expectRefused([
      json.replaceAll(/\s/g, ""),
      `${good}.`,
      `.${good}`,
      `${good}.e30`,
      `${good}.e30.e30`,
      `${good}=`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}+.${signature}`,
      `${head}/.${body}.${signature}`,
      `${head}%2e${body}%2e${signature}`,
      `"${good}"`,
      `Bearer,${good}`,
      `~${good}`,
      "..",
      "...",
      "a.b.c",
      "null.null.null",
    ]);
  });

  it("row 18: a name of a key that could be anything else than a name is refused", async () => {
    const kids: unknown[] = [
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "../../etc/passwd",
      "..\\..\\windows",
      "/dev/null",
      "a b",
      "a\u0000b",
      "ключ",
      "' OR 1=1 --",
      "$(id)",
      "https://evil.example/key.json?x",
      "",
      "a".repeat(257),
      "a".repeat(5_000),
      "a".repeat(10_240),
      null,
      0,
      Infinity,
      true,
      [],
      [algorithm],
      {},
      { toString: algorithm },
    ];
    // A configured key is what every token stands under, whatever harmless name it gives.
    const isNamed = settings.mode === "jwt" && settings.key.type === "jwks";
    const harmless = ["__proto__", "constructor", "toString", "hasOwnProperty", "../../etc/passwd", "/dev/null"];
    const tokens = kids
      .filter((kid) => isNamed || !harmless.some((name) => name === kid))
      .map((kid) => {
        const header = JSON.stringify({ alg: algorithm, kid }).replace(
          '"kid":null',
          typeof kid === "number" ? '"kid":1e400' : '"kid":null',
        );
        return forgeToken(header, claims, sign);
      });
    await expectRefused(tokens);
  });

  it("row 18: a header that brings a key, points to one, or asks for an extension is refused, though all else is right", async () => {
    const stranger = pairOf("p256", "stranger");
    const additions: object[] = [
      { jku: "https://evil.example/jwks.json" },
      { jku: jwksUrl },
      { x5u: "https://evil.example/cert.pem" },
      { jwk: stranger.jwk },
      { jwk: rsa.jwk },
      { jwk: null },
      { x5c: ["MIIB"] },
      { x5c: [] },
      { crit: ["exp"], exp: 1 },
      { crit: [] },
      { crit: ["b64"], b64: true },
      { b64: true },
      { b64: false },
      { zip: "DEF" },
    ];
    const tokens = additions.map((addition) =>
      forgeToken({ alg: algorithm, kid: algorithm, ...addition }, claims, sign),
    );
    const own = forgeToken({ alg: "ES256", jwk: stranger.jwk }, claims, signWith("ES256", stranger.privateKey));
    expect(new Set(await expectRefused([...tokens, own]))).toEqual(new Set(["header"]));
  });

  it("row 18: a header that is no plain object of its own names is refused", async () => {
    const texts = [
      "",
      "null",
      "[]",
      "7",
      '"RS256"',
      `["alg","${algorithm}"]`,
      "{",
      `{"alg":"${algorithm}"`,
      `{"alg":"${algorithm}"}{}`,
      `{"__proto__":{"alg":"${algorithm}"}}`,
      `{"alg":"none","__proto__":{"alg":"${algorithm}"}}`,
      `{"alg":"${algorithm}","alg":"none"}`,
      `{'alg':'${algorithm}'}`,
      `\ufeff{"alg":"${algorithm}"}`,
      `{"a":`.repeat(900),
      "[".repeat(5_000),
    ];
    await expectRefused([
      ...texts.map((text) => forgeToken(text, claims, sign)),
      `${Buffer.from([0xff, 0xfe, 0x7b, 0x7d]).toString("base64url")}.${body}.${signature}`,
    ]);
  });

  it("row 20: a token of another kind is refused by its type", async () => {
    const types: unknown[] = [
      "logout+jwt",
      "dpop+jwt",
      "secevent+jwt",
      "JWE",
      "id_token",
      "at+jwt ",
      "text/jwt",
      "",
      null,
      7,
      ["JWT"],
    ];
    await expectRefused(types.map((typ) => forgeToken({ alg: algorithm, kid: algorithm, typ }, claims, sign)));
    const rig = open(settings);
    for (const typ of ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/JWT"]) {
      expect(await rig.identify(forgeToken({ alg: algorithm, kid: algorithm, typ }, claims, sign))).toMatchObject({
        ok: true,
      });
    }
  });

  it("row 19: a token of another issuer, or for another application of the same one, is nobody's", async () => {
    const strangers: object[] = [
      { iss: "https://evil.example" },
      { iss: `${issuer}/` },
      { iss: issuer.toUpperCase() },
      { iss: [issuer] },
      { iss: null },
      { aud: "https://other.example" },
      { aud: ["https://other.example"] },
      { aud: `${audience}/` },
      { aud: "*" },
      { aud: [] },
      { aud: null },
      { aud: [[audience]] },
    ];
    await expectRefused(
      strangers.map((odd) => forgeToken({ alg: algorithm, kid: algorithm }, { ...claims, ...odd }, sign)),
    );
    const rig = open(settings);
    const several = forgeToken(
      { alg: algorithm, kid: algorithm },
      { ...claims, aud: ["https://other.example", audience] },
      sign,
    );
    expect(await rig.identify(several)).toMatchObject({ ok: true });
  });

  it("row 20: an ID token of the same login is nobody's: it is for the application that logged in", async () => {
    const idToken = {
      ...claims,
      aud: "client-id",
      azp: "client-id",
      nonce: "n-0S6_WzA2Mj",
      at_hash: "77QmUPtjPfzWtF2AnpK9RQ",
    };
    await expectRefused([forgeToken({ alg: algorithm, kid: algorithm, typ: "JWT" }, idToken, sign)]);
  });

  it("row 21: without an end, or with dates that are none, a token is nobody's", async () => {
    const payload = (name: string, text: string) =>
      JSON.stringify({ ...claims, [name]: "@" }).replace(`"${name}":"@"`, `"${name}":${text}`);
    const odd = [
      '"9999999999"',
      "-1",
      "-9999999999",
      "1e400",
      "-1e400",
      "1e21",
      "1099511627777",
      "null",
      "true",
      "[9999999999]",
      "{}",
      "NaN",
      '""',
    ];
    const dates = ["exp", "nbf", "iat"].flatMap((name) => odd.map((text) => payload(name, text)));
    const { exp: _exp, ...endless } = claims;
    const { sub: _sub, ...nameless } = claims;
    await expectRefused(
      [...dates, endless, nameless, payload("exp", "0"), payload("sub", '""')].map((text) =>
        forgeToken({ alg: algorithm, kid: algorithm }, text, sign),
      ),
    );
  });

  it("row 22: clocks may be 29 s apart and not 31", async () => {
    const at = now / 1000;
    const cases: [object, boolean][] = [
      [{ exp: at - 29 }, true],
      [{ exp: at - 31 }, false],
      [{ nbf: at + 29 }, true],
      [{ nbf: at + 31 }, false],
      [{ iat: at + 2 }, true],
      [{ iat: at + 29 }, true],
      [{ iat: at + 31 }, false],
    ];
    const rig = open(settings);
    for (const [odd, isTaken] of cases) {
      const identified = await rig.identify(
        forgeToken({ alg: algorithm, kid: algorithm }, { ...claims, ...odd }, sign),
      );
      expect(identified.ok, JSON.stringify(odd)).toBe(isTaken);
    }
  });
});

describe("with any claims at all", () => {
  it("row 21: whoever is let in is in time by every date that was given, and has a name", async () => {
    const at = now / 1000;
    const edges = fc.constantFrom(
      at - 31,
      at - 29,
      at,
      at + 29,
      at + 31,
      at + 300,
      0,
      -0,
      2 ** 40,
      2 ** 40 + 1,
      2 ** 53,
    );
    const anything = fc.oneof(
      { arbitrary: edges, weight: 4 },
      { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
      { arbitrary: fc.double(), weight: 1 },
    );
    const name = fc.oneof({ arbitrary: fc.string(), weight: 4 }, { arbitrary: anything, weight: 1 });
    const rig = open({ ...base, key: { type: "secret", secret } });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ exp: anything, nbf: anything, iat: anything, sub: name }, { requiredKeys: [] }),
        async (odd) => {
          const payload = JSON.stringify({ ...claims, ...odd });
          const identified = await rig.identify(forgeToken({ alg: "HS256" }, payload, signWith("HS256", secret)));
          if (!identified.ok) {
            expect(identified).toEqual(unauthorized);
            return;
          }
          taken += 1;
          const { exp, nbf = 0, iat = 0, sub } = JSON.parse(payload);
          expect(exp).toBeGreaterThan(at - 30);
          expect(exp).toBeLessThanOrEqual(2 ** 40);
          for (const date of [nbf, iat]) {
            expect(date).toBeGreaterThanOrEqual(0);
            expect(date).toBeLessThanOrEqual(at + 30);
          }
          expect(typeof sub === "string" && sub.length > 0).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});
