// Keys and tokens of any kind, hostile ones included. Tokens are put together by hand from texts, since a library for them
// would refuse to make most of what a verifier must refuse to take.
import { constants, createHash, createHmac, generateKeyPairSync, sign as signBytes } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";

export type KeyKind = "rsa" | "rsa-1024" | "p256" | "p384" | "p521" | "ed25519";

/** An issuer's pair. The public half as it would be published, without `kid` and `alg`. */
export type Pair = { privateKey: KeyObject; publicKey: KeyObject; jwk: JsonWebKey; pem: string };

const pairs = new Map<string, Pair>();

/** One pair for each kind and name in a run, since making one takes a while. */
export function pairOf(kind: KeyKind, name = "first"): Pair {
  const known = pairs.get(`${kind} ${name}`);
  if (known) return known;
  const { privateKey, publicKey } = generate(kind);
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  const { kty, crv, n, e, x, y } = publicKey.export({ format: "jwk" });
  // As JSON, which has no undefined members.
  const jwk = JSON.parse(JSON.stringify({ kty, crv, n, e, x, y })) as JsonWebKey;
  const pair = { privateKey, publicKey, jwk, pem };
  pairs.set(`${kind} ${name}`, pair);
  return pair;
}

function generate(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (kind) {
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
    case "rsa-1024":
      return generateKeyPairSync("rsa", { modulusLength: 1024 });
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "p521":
      return generateKeyPairSync("ec", { namedCurve: "P-521" });
    case "ed25519":
      return generateKeyPairSync("ed25519");
  }
}

/** Makes a signature over the first two parts of a token. */
export type Sign = (input: Buffer) => Buffer;

/** `algorithm`: what is really done, whatever a header says of it. */
export function signWith(algorithm: string, key: KeyObject | string | Uint8Array): Sign {
  if (algorithm.startsWith("HS")) {
    return (input) =>
      createHmac(`sha${algorithm.slice(2)}`, key)
        .update(input)
        .digest();
  }
  if (typeof key === "string" || key instanceof Uint8Array) throw new Error(`${algorithm} needs a private key`);
  const hash = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case "RS":
      return (input) => signBytes(hash, input, key);
    case "PS":
      return (input) => signBytes(hash, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case "ES":
      return (input) => signBytes(hash, input, { key, dsaEncoding: "ieee-p1363" });
    default:
      return (input) => signBytes(null, input, key);
  }
}

const encode = (part: string | object) =>
  Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");

/** A token of any header and payload; a text goes in as it is. */
export function forgeToken(header: string | object, payload: string | object, sign: Sign): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(Buffer.from(input)).toString("base64url")}`;
}

/** The same payload and signature under another header, or with another part exchanged. */
export function withPart(token: string, index: 0 | 1 | 2, part: string): string {
  return token.split(".").with(index, part).join(".");
}

export const issuer = "https://login.example";
export const audience = "https://sessions.example";

/** What a good token says at `now` (epoch milliseconds): five minutes from then. */
export function goodClaims(now: number): { iss: string; aud: string; sub: string; iat: number; exp: number } {
  const seconds = Math.floor(now / 1000);
  return { iss: issuer, aud: audience, sub: "user-1", iat: seconds, exp: seconds + 300 };
}

/** An API key and its hash, as a deployment has it. */
export function apiKeyOf(id: string, secret = "k".repeat(43)): { key: string; hash: Uint8Array } {
  const key = `rtkb_${id}_${secret}`;
  return { key, hash: new Uint8Array(createHash("sha256").update(key).digest()) };
}
