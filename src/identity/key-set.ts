// Fetches a set of keys (JWKS, RFC 7517 section 5) from an address that may be slow, down, huge or hostile.
//
// One try: no redirect is followed, and everything is over after three seconds. Keys
// that can't be used here (encryption, other curves, shared secrets) are left out, as section 5 asks; a set in which none is
// left is a failure, so that it can't replace a good one.
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import { field } from "../ground/plain-data.ts";
import { readText } from "../ground/read-text.ts";
import type { Clock } from "../ground/runtime.ts";
import { readJwk } from "./signing-key.ts";
import type { SigningKey } from "./signing-key.ts";

/** What this needs of the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type KeySetFault =
  | "network"
  | "timeout"
  | "redirect"
  | "status"
  | "too_large"
  | "not_json"
  | "not_a_key_set"
  | "too_many_keys"
  | "no_usable_key";

export const keySetTimeoutMs = 3_000;
const bytesMax = 64 * 1024;
const keysMax = 64;

/** Never rejects, and is settled after `keySetTimeoutMs` by the clock handed in. */
export async function fetchKeySet(
  url: string,
  { fetch, clock }: { fetch: Fetch; clock: Clock },
): Promise<Result<readonly SigningKey[], KeySetFault>> {
  const controller = new AbortController();
  let cancel = () => {};
  const late = new Promise<Result<never, KeySetFault>>((resolve) => {
    cancel = clock.timer(keySetTimeoutMs, () => {
      resolve(fail("timeout"));
      controller.abort();
    });
  });
  try {
    const text = await Promise.race([
      fetchText(fetch, url, controller.signal).catch(() => fail("network" as const)),
      late,
    ]);
    return text.ok ? parseKeySet(text.value) : text;
  } finally {
    cancel();
  }
}

async function fetchText(fetch: Fetch, url: string, signal: AbortSignal): Promise<Result<string, KeySetFault>> {
  const response = await fetch(url, {
    method: "GET",
    headers: { accept: "application/json", "user-agent": "realtimekit-bff" },
    redirect: "manual",
    signal,
  });
  const { status, body } = response;
  if (signal.aborted || status !== 200) {
    void body?.cancel().catch(() => {});
    return fail(status >= 300 && status < 400 ? "redirect" : "status");
  }
  if (body === null) return fail("not_json");
  const stop = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const text = await readText(body, { bytesMax, stop });
  if (text.ok) return text;
  return fail(text.failure === "broken" ? "network" : text.failure === "utf8" ? "not_json" : "too_large");
}

function parseKeySet(text: string): Result<readonly SigningKey[], KeySetFault> {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    return fail("not_json");
  }
  const entries = field(set, "keys");
  if (!Array.isArray(entries)) return fail("not_a_key_set");
  if (entries.length > keysMax) return fail("too_many_keys");
  const keys = entries.map(readJwk).flatMap((key) => (key.ok ? [key.value] : []));
  return keys.length === 0 ? fail("no_usable_key") : ok(keys);
}
