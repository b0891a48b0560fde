// Which keys are taken, and what each may verify: that is fixed by the kind of the key, never by a token.
//
// A key is read into plain data and judged at once, without the platform: kind, size, and for a curve that the point lies on it. What a
// key says of itself (`alg`, `use`, `key_ops`) may only narrow what its kind allows. The rest of a JWK (`x5c`, `jku` and so on)
// is not carried along.
import { base64url } from "jose";
import * as z from "zod";
import type { Result } from "../errors.ts";
import { fail, ok } from "../errors.ts";
import { jwkOfPem } from "./spki.ts";

export type PublicAlgorithm = "RS256" | "PS256" | "ES256" | "ES384" | "EdDSA" | "Ed25519";
export type Algorithm = "HS256" | PublicAlgorithm;

export type PublicJwk =
  | { kty: "RSA"; n: string; e: string }
  | { kty: "EC"; crv: "P-256" | "P-384"; x: string; y: string }
  | { kty: "OKP"; crv: "Ed25519"; x: string };

/** A key that verifies. `fingerprint`: equal for equal keys, different for any two that verify or are named differently. */
export type SigningKey = {
  readonly kid: string | undefined;
  readonly algorithms: readonly Algorithm[];
  /** Bytes are a secret shared with the issuer. */
  readonly material: PublicJwk | Uint8Array;
  readonly fingerprint: string;
};

/** Where the keys of a deployment come from. A secret has at least 32 bytes. */
export type JwtKey =
  | { type: "secret"; secret: Uint8Array }
  | { type: "public"; key: SigningKey }
  | { type: "jwks"; url: string };

export const publicAlgorithms: readonly PublicAlgorithm[] = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"];

/** Names that a key may have; everything else is nobody's key. */
export const keyIdPattern = /^[A-Za-z0-9._~+/=:-]{1,256}$/;

/** A secret shared with the issuer, which verifies HS256 and nothing else. */
export const secretKey = (secret: Uint8Array): SigningKey => ({
  kid: undefined,
  algorithms: ["HS256"],
  material: secret,
  fingerprint: "secret",
});

const kinds = "RSA of 2048 bits or more, P-256, P-384 or Ed25519";

/** A public key as PEM or as JWK. A failure is a reason with a fix in it, and repeats nothing of the text. */
export function readPublicKey(text: string): Result<Extract<JwtKey, { type: "public" }>, string> {
  const trimmed = text.trim();
  const jwk = trimmed.startsWith("{") ? parseJwk(trimmed) : jwkOfPem(trimmed);
  const key = jwk.ok ? readJwk(jwk.value) : jwk;
  return key.ok ? ok({ type: "public", key: key.value }) : key;
}

function parseJwk(text: string): Result<unknown, string> {
  try {
    const value: unknown = JSON.parse(text);
    const isSet = typeof value === "object" && value !== null && Object.hasOwn(value, "keys");
    return isSet ? fail("is a set of keys (set one of them, or the address of the set)") : ok(value);
  } catch {
    return fail("is not JSON (copy the whole key)");
  }
}

/** 6 KiB in base64url: more than any number of a key that is taken. */
const number = z.string().regex(/^[A-Za-z0-9_-]{1,8192}$/);
const own = {
  kid: z.string().regex(keyIdPattern).optional(),
  alg: z.string().optional(),
  use: z.literal("sig").optional(),
  key_ops: z
    .array(z.unknown())
    .refine((operations) => operations.includes("verify"))
    .optional(),
};
const Jwk = z.discriminatedUnion("kty", [
  z.object({ kty: z.literal("RSA"), n: number, e: number, ...own }),
  z.object({ kty: z.literal("EC"), crv: z.enum(["P-256", "P-384"]), x: number, y: number, ...own }),
  z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: number, ...own }),
]);
type Jwk = z.infer<typeof Jwk>;

const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/** One key of a set, or the one that is configured. */
export function readJwk(value: unknown): Result<SigningKey, string> {
  if (typeof value !== "object" || value === null) return fail("is not a key");
  if ("kty" in value && value.kty === "oct") return fail("is a shared secret (a public key is needed here)");
  if (secretMembers.some((name) => Object.hasOwn(value, name))) {
    return fail("is a private key (set the public half only)");
  }
  const read = Jwk.safeParse(value);
  if (!read.success) return fail(`is not a public key for signatures (use ${kinds})`);
  const { kid, alg } = read.data;
  const material = materialOf(read.data);
  if (!material) return fail(`is too small, too large, or no key at all (use ${kinds})`);
  const algorithms = algorithmsOf(material).filter((algorithm) => alg === undefined || alg === algorithm);
  if (algorithms.length === 0) return fail("names an algorithm (alg) that its kind does not have (remove it)");
  return ok({ kid, algorithms, material, fingerprint: JSON.stringify([kid ?? null, algorithms, material]) });
}

function algorithmsOf(jwk: PublicJwk): readonly PublicAlgorithm[] {
  switch (jwk.kty) {
    case "RSA":
      return ["RS256", "PS256"];
    case "EC":
      return jwk.crv === "P-256" ? ["ES256"] : ["ES384"];
    case "OKP":
      return ["EdDSA", "Ed25519"];
  }
}

/** The members that make the key, each in the one way of writing it. */
function materialOf(jwk: Jwk): PublicJwk | undefined {
  switch (jwk.kty) {
    case "RSA": {
      const n = integerOf(jwk.n);
      const e = integerOf(jwk.e);
      return n && e && isModulus(n) && isExponent(e)
        ? { kty: "RSA", n: base64url.encode(n), e: base64url.encode(e) }
        : undefined;
    }
    case "EC": {
      const x = bytesOf(jwk.x);
      const y = bytesOf(jwk.y);
      return x && y && isOnCurve(jwk.crv, x, y)
        ? { kty: "EC", crv: jwk.crv, x: base64url.encode(x), y: base64url.encode(y) }
        : undefined;
    }
    case "OKP": {
      const x = bytesOf(jwk.x);
      return x?.length === 32 ? { kty: "OKP", crv: "Ed25519", x: base64url.encode(x) } : undefined;
    }
  }
}

function bytesOf(text: string): Uint8Array | undefined {
  try {
    return base64url.decode(text);
  } catch {
    return undefined;
  }
}

/** Without leading zeros. */
function integerOf(text: string): Uint8Array | undefined {
  const bytes = bytesOf(text);
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1;
  return first < 0 ? undefined : bytes?.subarray(first);
}

/** From 2048 bits (RFC 7518 section 3.3) to 8192: beyond that one verification costs too much. */
function isModulus(n: Uint8Array): boolean {
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  return bits >= 2048 && bits <= 8192 && isOdd(n);
}

/** Odd, and not one: with one as exponent everybody can sign. */
const isExponent = (e: Uint8Array) => e.length <= 4 && isOdd(e) && (e.length > 1 || e[0] !== 1);

const isOdd = (bytes: Uint8Array) => (bytes.at(-1) ?? 0) % 2 === 1;

/** y² = x³ - 3x + b modulo p: NIST SP 800-186, sections 3.2.1.3 and 3.2.1.4. */
const curves = {
  "P-256": {
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  "P-384": {
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

function isOnCurve(crv: "P-256" | "P-384", xBytes: Uint8Array, yBytes: Uint8Array): boolean {
  const { bytes, p, b } = curves[crv];
  if (xBytes.length !== bytes || yBytes.length !== bytes) return false;
  const x = bigIntOf(xBytes);
  const y = bigIntOf(yBytes);
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

function bigIntOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value;
}
