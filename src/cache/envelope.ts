// An entry as one value, for stores that keep nothing beside it: a line of JSON with everything but the body, and the body's bytes.
//
// It is read by hand and not by a schema, because it stands before every page that comes from Redis. What is read is believed only as far
// as the check goes.
import { isRecord } from "../ground/plain-data.ts";
import type { EntryCheck } from "./entry-check.ts";
import type { Times } from "./freshness.ts";
import { etagPattern } from "./store.ts";
import type { Entry, Found } from "./store.ts";

/** The version of the envelope around an entry. An entry of another version is a miss. */
export const ENTRY_VERSION = 3;

type Header = Times & { v: typeof ENTRY_VERSION; sequence: number; etag: string; seal: string; key: string };

const headerBytesMax = 1024;
const lineFeed = 10;

/** The line begins with version and sequence, so that a script can compare them without reading on, and ends in a line feed. */
export function encodeEntry(key: string, entry: Entry, check: EntryCheck): Uint8Array {
  const { body, sequence, etag, position, fetchedAt, freshUntil, staleUntil, errorUntil } = entry;
  const times = { position, fetchedAt, freshUntil, staleUntil, errorUntil };
  const header: Header = { v: ENTRY_VERSION, sequence, etag, seal: check.seal(key, entry), key, ...times };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const value = new Uint8Array(line.byteLength + body.byteLength);
  value.set(line);
  value.set(body, line.byteLength);
  return value;
}

/** Reads it back. Anything that `encodeEntry` did not write for this key, or not all of it, is rejected; never throws. */
export function decodeEntry(key: string, value: Uint8Array, now: number, check: EntryCheck): Found {
  const end = value.subarray(0, headerBytesMax).indexOf(lineFeed);
  const header = end === -1 ? undefined : headerIn(value.subarray(0, end));
  if (!header) return { state: "rejected", reason: "header" };
  if (header.key !== key) return { state: "rejected", reason: "key" };
  const { sequence, etag, seal, position, fetchedAt, freshUntil, staleUntil, errorUntil } = header;
  const body = value.subarray(end + 1);
  const times = { position, fetchedAt, freshUntil, staleUntil, errorUntil };
  return check.admit(key, { ...times, sequence, etag, body }, seal, now);
}

const texts = new TextDecoder();

function headerIn(line: Uint8Array): Header | undefined {
  const parsed = parseJson(texts.decode(line));
  if (!isRecord(parsed)) return undefined;
  const { v, sequence, etag, seal, key, position, fetchedAt, freshUntil, staleUntil, errorUntil } = parsed;
  if (v !== ENTRY_VERSION || typeof key !== "string" || typeof etag !== "string") return undefined;
  if (!etagPattern.test(etag)) return undefined;
  if (typeof sequence !== "number" || typeof seal !== "string") return undefined;
  if (typeof position !== "number" || typeof fetchedAt !== "number") return undefined;
  if (typeof freshUntil !== "number" || typeof staleUntil !== "number" || typeof errorUntil !== "number")
    return undefined;
  return { v, sequence, etag, seal, key, position, fetchedAt, freshUntil, staleUntil, errorUntil };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
