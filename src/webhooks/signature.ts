// The signature of a delivery: which header it stands in, and whether a key made it of the body's bytes.
//
// RSASSA-PKCS1-v1_5 with SHA-256 over the raw bytes and nothing else: no time and no address are signed, so a delivery can be sent again
// by whoever has it. What that may do is decided elsewhere.
import { fail, ok } from "../ground/errors.ts";
import type { Result } from "../ground/errors.ts";
import type { SigningKey } from "../identity/signing-key.ts";

/** A request's header by its lower-case name; undefined where there is none. */
export type ReadHeader = (name: string) => string | undefined;

export type Signed = { signature: Uint8Array<ArrayBuffer>; body: Uint8Array<ArrayBuffer> };

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** The family of headers that RealtimeKit sends now, and the one of its past. Where both are there, the first counts alone. */
const families = ["rtk", "dyte"] as const;

const headerOf = (header: ReadHeader, name: string): string | undefined =>
  families.map((family) => header(`${family}-${name}`)).find((text) => text !== undefined);

/** Base64 of 256 to 1,024 bytes: what RSA of 2,048 to 8,192 bits makes. */
const signaturePattern = /^[A-Za-z0-9+/]{342,1366}={0,2}$/;

/** Undefined where it is missing or can't be one; costs no cryptography. */
export function readSignature(header: ReadHeader): Uint8Array<ArrayBuffer> | undefined {
  const text = headerOf(header, "signature");
  if (text === undefined || text.length > 1_368 || text.length % 4 !== 0 || !signaturePattern.test(text)) {
    return undefined;
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The name that the sender gives a delivery. It is not signed. Undefined where it is missing, or longer than a name is. */
export function readDeliveryId(header: ReadHeader): string | undefined {
  const text = headerOf(header, "uuid");
  return text !== undefined && /^[\x21-\x7e]{1,128}$/.test(text) ? text : undefined;
}

/** Fails for a key of another kind, or one that the platform does not take. */
export async function importKey({ material, algorithms }: SigningKey): Promise<Result<CryptoKey, "unusable_key">> {
  if (material instanceof Uint8Array || !algorithms.includes("RS256")) return fail("unusable_key");
  const key = await crypto.subtle.importKey("jwk", material, algorithm, false, ["verify"]).catch(() => undefined);
  return key ? ok(key) : fail("unusable_key");
}

/** Never rejects: what the platform can't even look at is no signature. */
export const isSigned = (key: CryptoKey, { signature, body }: Signed): Promise<boolean> =>
  crypto.subtle.verify(algorithm.name, key, signature, body).catch(() => false);
