// What must be computed in no time and without a promise, because a hit waits for nothing: the digest of a token, the seal of an
// entry. Workers have `node:crypto` and `node:zlib` without a flag since the compatibility date 2026-08-04; they add nothing to the
// bundle.
import { createHmac, createSecretKey, hash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Seal } from "../ground/runtime.ts";

/** SHA-256 in base64url: 43 characters. */
export const digest = (text: string): string => hash("sha256", text, "base64url");

/** With a secret HMAC-SHA-256 in base64url; without one a CRC-32, which tells accidents and no forgeries. */
export function sealWith(secret: string | undefined): Seal {
  if (secret === undefined) {
    const make: Seal["make"] = (text, bytes) => crc32(bytes, crc32(text)).toString(16);
    return { make, fits: (seal, text, bytes) => seal === make(text, bytes) };
  }
  const key = createSecretKey(secret, "utf8");
  const encoder = new TextEncoder();
  const make: Seal["make"] = (text, bytes) => createHmac("sha256", key).update(text).update(bytes).digest("base64url");
  return {
    make,
    fits(seal, text, bytes) {
      const [given, own] = [encoder.encode(seal), encoder.encode(make(text, bytes))];
      return given.byteLength === own.byteLength && timingSafeEqual(given, own);
    },
  };
}
