// Which keys are taken, and what each may verify: that is fixed by the kind of the key, never by a token.
//
// The platform reads a key and says what it is; this file decides whether that is enough. What a key says of itself (`alg`, `use`,
// `key_ops`) may only narrow what its kind allows. The rest of a JWK (`x5c`, `jku` and so on) is not carried along.
//
// Node and workerd differ in which odd spellings of a key they read. So a key must be spelled as the platform itself writes it; only
// leading zeros of an RSA number, which some issuers send, are taken and dropped.
import { field } from "../ground/plain-data.ts";
import { createPublicKey } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";
import { base64url } from "jose";
import * as z from "zod";
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";

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

/** A key itself, or the address where it is published. */
export type KeyOrigin = { key: SigningKey } | { keyUrl: string };

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
  const key = trimmed.startsWith("{") ? readJwkText(trimmed) : readPem(trimmed);
  return key.ok ? ok({ type: "public", key: key.value }) : key;
}

function readJwkText(text: string): Result<SigningKey, string> {
  try {
    const value: unknown = JSON.parse(text);
    return field(value, "keys") !== undefined
      ? fail("is a set of keys (set one of them, or the address of the set)")
      : readJwk(value);
  } catch {
    return fail("is not JSON (copy the whole key)");
  }
}

/** RFC 7468 section 13. Lines may be of any length. */
const pemPattern = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/;

function readPem(text: string): Result<SigningKey, string> {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return fail("is a private key (set the public half only)");
  if (text.includes("-----BEGIN CERTIFICATE-----")) {
    return fail("is a certificate (set its public key: openssl x509 -pubkey -noout)");
  }
  if (text.includes("-----BEGIN RSA PUBLIC KEY-----")) {
    return fail("is a PKCS#1 key (write it as BEGIN PUBLIC KEY: openssl rsa -RSAPublicKey_in -pubout)");
  }
  const body = pemPattern.exec(text)?.[1]?.replaceAll(/\s/g, "");
  const jwk = body === undefined ? undefined : jwkOfPemBody(body);
  if (!jwk) {
    return fail(`is not a readable public key (copy the whole PEM, BEGIN and END PUBLIC KEY included, of ${kinds})`);
  }
  const read = PublicMembers.safeParse(jwk);
  return read.success ? readJwk(read.data) : fail(`is a key of an unsupported kind (use ${kinds})`);
}

/** Undefined where the platform can't read it, or writes the same key in another way. */
function jwkOfPemBody(body: string): JsonWebKey | undefined {
  try {
    const pem = `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----`;
    const jwk = createPublicKey(pem).export({ format: "jwk" });
    const written = createPublicKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "spki" });
    return pemPattern.exec(written.toString().trim())?.[1]?.replaceAll(/\s/g, "") === body ? jwk : undefined;
  } catch {
    return undefined;
  }
}

/** 6 KiB in base64url: more than any number of a key that is taken. */
const number = z.string().regex(/^[A-Za-z0-9_-]{1,8192}$/);
const rsa = { kty: z.literal("RSA"), n: number, e: number };
const ec = { kty: z.literal("EC"), crv: z.enum(["P-256", "P-384"]), x: number, y: number };
const okp = { kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: number };
const PublicMembers = z.discriminatedUnion("kty", [z.object(rsa), z.object(ec), z.object(okp)]);

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
  z.object({ ...rsa, ...own }),
  z.object({ ...ec, ...own }),
  z.object({ ...okp, ...own }),
]);

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
  const material = materialOf(PublicMembers.parse(read.data));
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

/** The members as the platform writes them; undefined where they make no key, or one that is too weak or too costly. */
function materialOf(members: PublicJwk): PublicJwk | undefined {
  try {
    const key = createPublicKey({ key: members, format: "jwk" });
    const written = PublicMembers.parse(key.export({ format: "jwk" }));
    if (written.kty === "RSA") return isSound(key) && isOdd(written.n) ? written : undefined;
    // A coordinate has one form (RFC 7518 section 6.2.1.2). Both come from one schema, so the order of their members is the same.
    return JSON.stringify(written) === JSON.stringify(members) ? written : undefined;
  } catch {
    return undefined;
  }
}

/**
 * From 2048 bits (RFC 7518 section 3.3) to 8192: beyond that one verification costs too much, as it does with an exponent of more than
 * 32 bits. With one as exponent everybody can sign.
 */
function isSound({ asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {} }: KeyObject): boolean {
  const isExponent = publicExponent > 1n && publicExponent < 2n ** 32n && publicExponent % 2n === 1n;
  return modulusLength >= 2048 && modulusLength <= 8192 && isExponent;
}

const isOdd = (n: string) => (base64url.decode(n).at(-1) ?? 0) % 2 === 1;
