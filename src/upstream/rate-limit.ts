// What the upstream's headers say about its limits: `retry-after` of a 429 and the `Ratelimit` pair.
//
// Both are only ever reasons to go slower, and both are clamped, so that no header can stop us for longer than the
// account's own block lasts. Anything not understood is ignored, except a `retry-after`, where doubt means the whole block.
import { parseHttpDate } from "../ground/timestamp.ts";
import type { RateLimitHint } from "./budget.ts";

/** Passing the account's limit blocks every call for five minutes (Cloudflare API rate limits). */
const blockSecondsMax = 300;
const headerCharactersMax = 2_048;
const countMax = 1_000_000;

/**
 * Seconds to stay away after a 429, from 1 to 300: whole seconds or an IMF-fixdate (RFC 9110 section 10.2.3; the two
 * obsolete date forms count as junk). Missing or junk is 300.
 */
export function retryAfterSeconds(header: string | null, now: number): number {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return clamp(Number(text));
  const at = parseHttpDate(text);
  return at === undefined ? blockSecondsMax : clamp(Math.ceil((at - now) / 1000));
}

/**
 * The strictest item (fewest calls left) of a `Ratelimit` list such as `"default";r=50;t=30`, with the quota `q` that
 * `Ratelimit-Policy` gives under the same name. Undefined when no item has both a whole `r` and a whole `t`.
 */
export function rateLimitHint(limit: string | null, policy: string | null): RateLimitHint | undefined {
  let strictest: { name: string; remaining: number; resetSeconds: number } | undefined;
  for (const { name, parameters } of listItems(limit)) {
    const remaining = wholeNumber(parameters.get("r"));
    const reset = wholeNumber(parameters.get("t"));
    if (remaining === undefined || reset === undefined) continue;
    if (strictest === undefined || remaining < strictest.remaining) {
      strictest = { name, remaining, resetSeconds: clamp(reset) };
    }
  }
  if (strictest === undefined) return undefined;
  const { name, remaining, resetSeconds } = strictest;
  const quota = wholeNumber(
    listItems(policy)
      .find((item) => item.name === name)
      ?.parameters.get("q"),
  );
  return quota === undefined || quota < 1 ? { remaining, resetSeconds } : { remaining, resetSeconds, quota };
}

type ListItem = { name: string; parameters: ReadonlyMap<string, string> };

/** The items of a structured-field list (RFC 9651), read leniently: a string or token, then `;key=value`. */
function listItems(header: string | null): ListItem[] {
  if (header === null || header.length > headerCharactersMax) return [];
  const items: ListItem[] = [];
  for (const [item] of header.matchAll(/(?:"[^"]*"|[^",])+/g)) {
    const [name = "", ...parameters] = (item.match(/(?:"[^"]*"|[^";])+/g) ?? []).map((part) => part.trim());
    items.push({
      name,
      parameters: new Map(
        parameters.flatMap((part): [string, string][] => {
          const [, key, value] = /^([a-z*][a-z0-9_.*-]*)=(.*)$/.exec(part) ?? [];
          return key === undefined || value === undefined ? [] : [[key, value]];
        }),
      ),
    });
  }
  return items;
}

/** A non-negative integer of up to fifteen digits (RFC 9651 section 3.3.1), cut at a million. */
function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Math.min(countMax, Number(text)) : undefined;
}

const clamp = (seconds: number) => Math.min(blockSecondsMax, Math.max(1, seconds));
