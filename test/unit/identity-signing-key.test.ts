// Which keys a deployment may be given, and what each verifies.
import { generateKeyPairSync } from "node:crypto";
import type { JsonWebKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJwk, readPublicKey } from "../../src/identity/signing-key.ts";
import { pairOf } from "../support/tokens.ts";
import type { KeyKind } from "../support/tokens.ts";

const kinds: readonly [KeyKind, readonly string[]][] = [
  ["rsa", ["RS256", "PS256"]],
  ["p256", ["ES256"]],
  ["p384", ["ES384"]],
  ["ed25519", ["EdDSA", "Ed25519"]],
];

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const pemOf = (der: Uint8Array) =>
  `-----BEGIN PUBLIC KEY-----\n${Buffer.from(der).toString("base64")}\n-----END PUBLIC KEY-----`;

/** Keys of X25519, Ed448, secp256k1 and RSA for PSS alone. */
const otherKinds = [
  "MCowBQYDK2VuAyEAlF9+BUOOF6n0OAddJgj+XUjkIEqSj+wCJ768bJ50jQ0=",
  "MEMwBQYDK2VxAzoATSDYDU4N4ww3x6P8QakjA9I9YUVS5ll1mO4xnBGUgidym/5Rhaut1m8QcPtP+d3WgQIAmvyPiZYA",
  "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEaOBfMFJbKItS8LEd46PRz6KBAqG3WNilYgyThyzP/oF3qpRB076FbY4IfcFWiotwI0Fn78n/SSlT5eE4on18UQ==",
  "MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAMdnfQI4H7PAB/Cvy5UXIlywOMkLgHrxz3LECeevUe2wuSFqb/9lqjlXZgBKCTdBYj1NXJcgUEfVf2p/F9BgMhjMSinUs6Vt3jZ1WOu+SOopRKL8vxbdF2eURX63iT5QAG+g12sCrcWoJi8rrLsamI0WDdEBpOMjf6KPLNckuTsrM+bR1fuSNPbWKrpKpERcehNf4frNUzjARLjLd6Rt5QvuCXWBc2ancQHCOHxS6LJ4E/iulTTaW3uCbvsliFWAmdWaPwBZkjbVM/1BeOvXeLd7FgPVnS2A/XUa6kyuDZGY4YMH674ciltWEprijRwI21IVzu73cYsfvUjGcaN+ixcCAwEAAQ==",
];

/** The reason, or "taken". */
const verdictOn = (text: string) => {
  const read = readPublicKey(text);
  return read.ok ? "taken" : read.failure;
};

describe("a configured public key", () => {
  it.each(kinds)("of kind %s may be PEM or JWK, and verifies %j alone", (kind, algorithms) => {
    const { pem, jwk } = pairOf(kind);
    const fromPem = readPublicKey(pem);
    const fromJwk = readPublicKey(JSON.stringify(jwk));
    expect(fromPem).toEqual(fromJwk);
    expect(fromPem).toMatchObject({ ok: true, value: { type: "public", key: { algorithms, material: jwk } } });
  });

  it("may stand between white space, and in lines of any length", () => {
    const { pem } = pairOf("rsa");
    const [first = "", ...rest] = pem.trim().split("\n");
    const oneLine = [first, rest.slice(0, -1).join(""), rest.at(-1)].join("\n");
    for (const text of [`\n  ${pem}\n\n`, pem.replaceAll("\n", "\r\n"), oneLine, pem.trim().replaceAll("\n", " ")]) {
      expect(verdictOn(text)).toBe("taken");
    }
  });

  it("is refused with a reason where it must not or can't be used", () => {
    const rsa = pairOf("rsa");
    const p256 = pairOf("p256");
    const privateJwk = p256.privateKey.export({ format: "jwk" });
    const refusals: [string, RegExp][] = [
      [rsa.privateKey.export({ format: "pem", type: "pkcs8" }).toString(), /private/],
      [rsa.privateKey.export({ format: "pem", type: "pkcs1" }).toString(), /private/],
      [p256.privateKey.export({ format: "pem", type: "sec1" }).toString(), /private/],
      [JSON.stringify(privateJwk), /private/],
      [JSON.stringify(rsa.privateKey.export({ format: "jwk" })), /private/],
      [JSON.stringify({ kty: "oct", k: "a".repeat(64) }), /shared secret/],
      [JSON.stringify({ keys: [p256.jwk] }), /set of keys/],
      [rsa.publicKey.export({ format: "pem", type: "pkcs1" }).toString(), /PKCS#1/],
      ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", /certificate/],
      [pairOf("rsa-1024").pem, /too small/],
      [JSON.stringify(pairOf("rsa-1024").jwk), /too small/],
      [pairOf("p521").pem, /unsupported/],
      [JSON.stringify(pairOf("p521").jwk), /not a public key for signatures/],
      // The platform may not know the kind at all.
      ...otherKinds.map((body): [string, RegExp] => [
        pemOf(Buffer.from(body, "base64")),
        /(?:unsupported|readable).*Ed25519/,
      ]),
      [JSON.stringify({ ...rsa.jwk, use: "enc" }), /not a public key for signatures/],
      [JSON.stringify({ ...rsa.jwk, key_ops: ["encrypt"] }), /not a public key for signatures/],
      [JSON.stringify({ ...rsa.jwk, alg: "HS256" }), /algorithm/],
      [JSON.stringify({ ...rsa.jwk, alg: "RS1" }), /algorithm/],
      [JSON.stringify({ ...p256.jwk, alg: "ES384" }), /algorithm/],
      [JSON.stringify({ ...rsa.jwk, kid: "a b" }), /not a public key/],
      ["", /not a readable public key/],
      ["{", /not JSON/],
      ["[]", /not a readable public key/],
      ["{}", /not a public key/],
      [`${rsa.pem}${rsa.pem}`, /not a readable public key/],
      ["-----BEGIN PUBLIC KEY-----\n====\n-----END PUBLIC KEY-----", /not a readable public key/],
      [pemOf(Buffer.alloc(0)), /not a readable public key/],
    ];
    for (const [text, reason] of refusals) expect(verdictOn(text), text.slice(0, 60)).toMatch(reason);
  });

  it("keeps only what makes the key, and what it says of itself only narrows it", () => {
    const { jwk } = pairOf("rsa");
    const read = readJwk({ ...jwk, kid: "one", alg: "PS256", use: "sig", x5c: ["MIIB"], jku: "https://evil.example" });
    expect(read).toMatchObject({ ok: true, value: { kid: "one", algorithms: ["PS256"] } });
    expect(read.ok && read.value.material).toEqual(jwk);
  });

  it("of RSA has 2048 to 8192 bits, an odd modulus, and an exponent with which not everybody can sign", () => {
    const { jwk } = pairOf("rsa");
    const modulus = Buffer.from(jwk.n ?? "", "base64url");
    const verdict = (members: JsonWebKey) => readJwk({ ...jwk, ...members }).ok;
    const odd = (bytes: number, first: number) =>
      base64(Buffer.concat([Buffer.from([first]), Buffer.alloc(bytes - 1, 255)]));
    expect(verdict({ n: odd(256, 0x80) })).toBe(true);
    expect(verdict({ n: odd(256, 0x7f) })).toBe(false);
    expect(verdict({ n: odd(1024, 0xff) })).toBe(true);
    expect(verdict({ n: odd(1025, 0x01) })).toBe(false);
    expect(verdict({ n: base64(Buffer.concat([Buffer.alloc(3), modulus])) })).toBe(true);
    expect(verdict({ n: base64(Buffer.concat([Buffer.alloc(200), modulus.subarray(0, 100)])) })).toBe(false);
    expect(verdict({ n: base64(Buffer.concat([modulus.subarray(0, -1), Buffer.from([0])])) })).toBe(false);
    for (const [e, isTaken] of [
      ["AQAB", true],
      ["Aw", true],
      ["AQ", false],
      ["AAE", false],
      ["AA", false],
      ["Ag", false],
    ] as const) {
      expect(verdict({ e }), e).toBe(isTaken);
    }
    expect(verdict({ e: base64(Buffer.from([1, 0, 0, 0, 1])) })).toBe(false);
  });

  it.each(["p256", "p384"] as const)("of kind %s is a point on its curve", (kind) => {
    const { jwk } = pairOf(kind);
    const x = Buffer.from(jwk.x ?? "", "base64url");
    const verdict = (members: JsonWebKey) => readJwk({ ...jwk, ...members }).ok;
    expect(verdict({})).toBe(true);
    const flipped = Buffer.from(x);
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    expect(verdict({ x: base64(flipped) })).toBe(false);
    expect(verdict({ x: base64(Buffer.alloc(x.length)), y: base64(Buffer.alloc(x.length)) })).toBe(false);
    expect(verdict({ x: base64(Buffer.concat([Buffer.alloc(1), x])) })).toBe(false);
    expect(verdict({ x: base64(Buffer.alloc(x.length, 255)) })).toBe(false);
    expect(verdict({ crv: kind === "p256" ? "P-384" : "P-256" })).toBe(false);
  });

  it("of a curve has coordinates below the curve's prime, which has them in one way only", () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
    const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
    const power = (base: bigint, exponent: bigint): bigint => {
      if (exponent === 0n) return 1n;
      const half = power((base * base) % p, exponent / 2n);
      return exponent % 2n === 0n ? half : (half * base) % p;
    };
    const text = (value: bigint) => base64(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
    const found = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]
      .map((x) => ({ x, y: power((x ** 3n - 3n * x + b) % p, (p + 1n) / 4n) }))
      .find(({ x, y }) => (y * y - (x ** 3n - 3n * x + b)) % p === 0n);
    if (!found) throw new Error("no small point");
    const verdict = (x: bigint) => readJwk({ kty: "EC", crv: "P-256", x: text(x), y: text(found.y) }).ok;
    expect(verdict(found.x)).toBe(true);
    expect(verdict(found.x + p)).toBe(false);
  });

  it("of Ed25519 has 32 bytes", () => {
    const { jwk } = pairOf("ed25519");
    const x = Buffer.from(jwk.x ?? "", "base64url");
    for (const bytes of [x.subarray(1), Buffer.concat([x, Buffer.alloc(1)])]) {
      expect(readJwk({ ...jwk, x: base64(bytes) }).ok).toBe(false);
    }
  });

  it.each(kinds)("of kind %s as PEM is whole: nothing cut off, nothing added, in one form", (kind) => {
    const der = pairOf(kind).publicKey.export({ format: "der", type: "spki" });
    const isTaken = (bytes: Uint8Array) => readPublicKey(pemOf(bytes)).ok;
    expect(isTaken(der)).toBe(true);
    for (let length = 0; length < der.length; length += 1) expect(isTaken(der.subarray(0, length))).toBe(false);
    expect(isTaken(Buffer.concat([der, Buffer.alloc(1)]))).toBe(false);
    expect(isTaken(Buffer.concat([der, Buffer.from([5, 0])]))).toBe(false);
    const changed = (at: number, by: number) =>
      Buffer.from(der.map((byte, index) => (index === at ? byte + by : byte)));
    // The last byte of the outer length: one more than there is.
    expect(isTaken(changed(kind === "rsa" ? 3 : 1, 1))).toBe(false);
    // The count of unused bits, right before the key.
    const keyBytes =
      new Map([
        ["rsa", 270],
        ["p256", 65],
        ["p384", 97],
        ["ed25519", 32],
      ]).get(kind) ?? 0;
    expect(der[der.length - keyBytes - 1]).toBe(0);
    expect(isTaken(changed(der.length - keyBytes - 1, 1))).toBe(false);
    // A point is uncompressed.
    if (kind.startsWith("p")) expect(isTaken(changed(der.length - keyBytes, 2))).toBe(false);
  });

  it("agrees with the platform on every key the platform makes", () => {
    for (let round = 0; round < 20; round += 1) {
      for (const namedCurve of ["P-256", "P-384"]) {
        const { publicKey } = generateKeyPairSync("ec", { namedCurve });
        const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
        const { x, y } = publicKey.export({ format: "jwk" });
        expect(readPublicKey(pem)).toMatchObject({ ok: true, value: { key: { material: { x, y } } } });
      }
    }
  });

  it("cut, changed or made up never throws, and no refusal repeats a part of it", () => {
    const texts = kinds.flatMap(([kind]) => [pairOf(kind).pem, JSON.stringify(pairOf(kind).jwk)]);
    const damaged = fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([text, at, insert]) => {
        const place = at % text.length;
        return text.slice(0, place) + insert + text.slice(place + 1);
      });
    const der = fc.uint8Array({ maxLength: 60 }).map(pemOf);
    fc.assert(
      fc.property(fc.oneof(damaged, der, fc.string(), fc.json()), (text) => {
        const verdict = verdictOn(text);
        expect(verdict).toMatch(/^(?:taken|is |names )/);
        for (const piece of text.match(/[A-Za-z0-9+/_-]{20,}/g) ?? []) expect(verdict).not.toContain(piece);
      }),
      { numRuns: 500 },
    );
  });

  it("has a fingerprint that tells it from any other key, and from itself under another name", () => {
    const { jwk } = pairOf("p256");
    const variants = [
      jwk,
      { ...jwk, kid: "one" },
      { ...jwk, kid: "two" },
      pairOf("p256", "second").jwk,
      pairOf("rsa").jwk,
    ];
    const prints = variants.map((variant) => {
      const read = readJwk(variant);
      return read.ok ? read.value.fingerprint : "";
    });
    expect(new Set(prints).size).toBe(variants.length);
    expect(prints[0]).toBe(
      (readJwk({ ...jwk, use: "sig", x5t: "abc" }) as { value: { fingerprint: string } }).value.fingerprint,
    );
  });
});
