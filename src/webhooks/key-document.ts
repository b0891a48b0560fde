// The key that events are signed with: a pinned one, or the one that RealtimeKit publishes, fetched, kept and fetched again.
//
// Problem: there is one key for the whole product, without a name or a date. It may change at any time, and a refusal (4xx) loses the
// event for good. Choice: a key is good for a day, then a newer one is fetched behind an answer; a signature that does not verify has the
// key fetched once more, at most once in five minutes, since anybody can send one. `invalid` is said only of a key that is no older than
// that; else the key is in doubt. Where a fetch fails, the last good key is used for a week. Cost: of a key that changes less than five
// minutes after a fetch, the events until those are over are refused.
import { fail, ok } from "../ground/errors.ts";
import type { Result } from "../ground/errors.ts";
import { documentTimeoutMs, fetchJson } from "../ground/fetch-json.ts";
import type { DocumentFault, FetchDeps } from "../ground/fetch-json.ts";
import { field } from "../ground/plain-data.ts";
import { createRefreshed } from "../ground/refreshed.ts";
import type { Defer, Report } from "../ground/runtime.ts";
import { readPublicKey } from "../identity/signing-key.ts";
import type { KeyOrigin, SigningKey } from "../identity/signing-key.ts";
import { importKey, isSigned } from "./signature.ts";
import type { Signed } from "./signature.ts";

/** What a check may use of the request that caused it. */
export type Context = { report: Report; defer: Defer };

export type KeyVerdict =
  | { state: "valid" }
  /** Made by another key, or of other bytes. */
  | { state: "invalid" }
  /** The key can't be had, or not for certain. */
  | { state: "unavailable"; retryAfterSeconds: number };

export type WebhookKeys = {
  /** Whether RealtimeKit signed this. Never rejects. */
  check(signed: Signed, context: Context): Promise<KeyVerdict>;
};

export const createWebhookKeys = (origin: KeyOrigin, deps: FetchDeps): WebhookKeys =>
  "key" in origin ? createPinnedKey(origin.key) : createFetchedKey(origin.keyUrl, deps);

function createPinnedKey(pinned: SigningKey): WebhookKeys {
  let key: CryptoKey | undefined;
  return {
    async check(signed) {
      if (!key) {
        const imported = await importKey(pinned);
        key = imported.ok ? imported.value : undefined;
      }
      return { state: key && (await isSigned(key, signed)) ? "valid" : "invalid" };
    },
  };
}

const freshMs = 24 * 60 * 60_000;
const keptMs = 7 * freshMs;
const againMs = 5 * 60_000;
/** While there is no key at all, every event waits for one. */
const retryMs = 30_000;

function createFetchedKey(url: string, deps: FetchDeps): WebhookKeys {
  const kept = createRefreshed<CryptoKey, Context>(
    async ({ report }) => {
      const fetched = await fetchKey(url, deps);
      report(fetched.ok ? { type: "webhook.keyFetched" } : { type: "webhook.keyFailed", reason: fetched.failure });
      return fetched;
    },
    { clock: deps.clock, loadMsMax: documentTimeoutMs },
  );

  /** The key, unless there is none or it is too old to be believed. */
  const keyNow = () => (kept.ageMs() < keptMs ? kept.value() : undefined);

  /** Fetches it, unless a fetch began so short a time ago; waits for one that is under way. */
  async function fetchAgain(context: Context, pauseMs: number): Promise<void> {
    if (kept.isFetching()) await kept.otherFetch();
    else if (kept.begunAgoMs() >= pauseMs) await kept.fetch(context);
  }

  const unavailable = (pauseMs: number): KeyVerdict => ({
    state: "unavailable",
    retryAfterSeconds: Math.max(1, Math.ceil((pauseMs - kept.begunAgoMs()) / 1_000)),
  });

  return {
    async check(signed, context) {
      if (keyNow() === undefined) await fetchAgain(context, retryMs);
      const key = keyNow();
      if (key === undefined) return unavailable(retryMs);
      if (await isSigned(key, signed)) {
        if (kept.ageMs() >= freshMs && !kept.isFetching() && kept.begunAgoMs() >= againMs) void kept.fetch(context);
        return { state: "valid" };
      }
      await fetchAgain(context, againMs);
      const newer = keyNow();
      if (newer !== undefined && newer !== key && (await isSigned(newer, signed))) return { state: "valid" };
      return kept.ageMs() < againMs ? { state: "invalid" } : unavailable(againMs);
    },
  };
}

async function fetchKey(
  url: string,
  deps: FetchDeps,
): Promise<Result<CryptoKey, DocumentFault | "no_key" | "unusable_key">> {
  const document = await fetchJson(url, deps);
  if (!document.ok) return document;
  const key = keyIn(document.value);
  return key.ok ? importKey(key.value) : key;
}

/** The key in the document that RealtimeKit publishes. */
export function keyIn(document: unknown): Result<SigningKey, "no_key" | "unusable_key"> {
  const text = field(field(document, "data"), "publicKey");
  if (typeof text !== "string") return fail("no_key");
  const read = readPublicKey(text);
  return read.ok ? ok(read.value.key) : fail("unusable_key");
}
