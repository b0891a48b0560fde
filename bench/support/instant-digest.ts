// Digests for a simulated world.
import { createHash } from "node:crypto";

/** Digests without the thread pool, so that nothing but the test clock decides when a promise settles. The result undoes it. */
export function useInstantDigest(): () => void {
  const { subtle } = crypto;
  const original = subtle.digest.bind(subtle);
  subtle.digest = async (_algorithm, data) => {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data;
    return Uint8Array.from(createHash("sha256").update(new Uint8Array(bytes)).digest()).buffer;
  };
  return () => void (subtle.digest = original);
}
