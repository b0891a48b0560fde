// How much of a session's free-form `meta` may pass, where an operator exposes it at all: plain data of limited depth,
// number of values and text, or nothing.
//
// All or nothing, because half of somebody's data is a wrong answer. The limits keep a hostile title page out of memory
// and the recursion shallow; keys are sorted, so that the upstream's order of keys can't change the bytes of a page; a
// key `__proto__` never passes, because a careless merge in a browser would take it for a prototype.

import { isRecord } from "../ground/plain-data.ts";

const DEPTH_MAX = 6;
const VALUES_MAX = 256;
const TEXT_LENGTH_MAX = 8_192;

type Allowance = { values: number; textLength: number };

/** A copy of `raw` with sorted keys, or undefined when it is not an object or passes a limit. */
export function readMeta(raw: unknown): Record<string, unknown> | undefined {
  if (!isRecord(raw)) return undefined;
  return copyRecord(raw, DEPTH_MAX, { values: VALUES_MAX, textLength: TEXT_LENGTH_MAX });
}

function copyRecord(raw: Record<string, unknown>, depth: number, left: Allowance): Record<string, unknown> | undefined {
  const keys = Object.keys(raw);
  if (keys.length > left.values) return undefined;
  const entries: [string, unknown][] = [];
  for (const key of keys.sort()) {
    if (key === "__proto__") continue;
    const name = copyText(key, left);
    const value = copyValue(raw[key], depth, left);
    if (name === undefined || value === undefined) return undefined;
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/** Undefined: a limit was passed. JSON holds no undefined of its own. */
function copyValue(raw: unknown, depth: number, left: Allowance): unknown {
  left.values -= 1;
  if (left.values < 0) return undefined;
  if (raw === null || typeof raw === "boolean") return raw;
  if (typeof raw === "number") return isExact(raw) ? raw + 0 : undefined;
  if (typeof raw === "string") return copyText(raw, left);
  if (depth <= 1) return undefined;
  if (Array.isArray(raw)) return copyList(raw, depth - 1, left);
  return isRecord(raw) ? copyRecord(raw, depth - 1, left) : undefined;
}

/** A whole number beyond 2^53 was rounded when it was parsed: an id, more often than not, and now somebody else's. */
const isExact = (value: number) => (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));

function copyList(raw: readonly unknown[], depth: number, left: Allowance): unknown[] | undefined {
  if (raw.length > left.values) return undefined;
  const copy: unknown[] = [];
  for (const item of raw) {
    const value = copyValue(item, depth, left);
    if (value === undefined) return undefined;
    copy.push(value);
  }
  return copy;
}

function copyText(raw: string, left: Allowance): string | undefined {
  left.textLength -= raw.length;
  return left.textLength < 0 ? undefined : raw.toWellFormed();
}
