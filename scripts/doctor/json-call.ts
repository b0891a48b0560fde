// One call for JSON to somebody who may be slow, down, huge or hostile: one try, no redirect, a deadline, a bounded body.
//
// What comes back is in words of ours; of the answer only its JSON is handed on, to be checked by whoever asked.
import type { Platform } from "../../src/config/rules.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { discard, parseJson, readBody } from "../../src/upstream/body.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Cutoff } from "../../src/upstream/cutoff.ts";
import { retryAfterSeconds } from "../../src/upstream/rate-limit.ts";
import { askOnce } from "./ask-once.ts";
import { unreachable } from "./connection.ts";

const limits = { bytesMax: 262_144, valuesMax: 16_384, idleMs: 3_000 };

export type JsonAnswer =
  /** A 2xx with JSON in it. */
  | { state: "answered"; body: unknown }
  /** A 2xx with anything else in it, and why it can't be read. */
  | { state: "unreadable"; reason: string }
  /** Any other status but 429. */
  | { state: "refused"; status: number }
  | { state: "limited"; retryAfterSeconds: number }
  | { state: "unreachable"; what: string; fix: string };

export type JsonCall = {
  url: string;
  /** Default GET. */
  method?: "GET" | "POST" | "PATCH";
  /** Sent as `Authorization: Bearer`. */
  token?: string;
  /** Sent as JSON. */
  body?: object;
};

/** `where`: the setting with the address. `lateFix`: what to do where nobody answers within `deadlineMs`. */
export type JsonCallDeps = {
  fetch: Fetch;
  clock: Clock;
  platform: Platform;
  deadlineMs: number;
  where: string;
  lateFix: string;
};

/** Settles by the deadline and never rejects. */
export async function callJson(
  { url, method = "GET", token, body }: JsonCall,
  deps: JsonCallDeps,
): Promise<JsonAnswer> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body && { "content-type": "application/json" }),
  };
  const sent = body ? { body: JSON.stringify(body) } : {};
  const { fetch, clock, platform, deadlineMs, where, lateFix } = deps;
  const asked = await askOnce({ url, method, headers, ...sent }, { fetch, clock, deadlineMs }, readJson);
  if (asked.ok) return asked.value;
  const { isLate, faultCode } = asked.failure;
  return {
    state: "unreachable",
    ...(isLate
      ? { what: `no answer within ${deadlineMs} ms`, fix: lateFix }
      : unreachable(faultCode, { where, platform })),
  };

  async function readJson(response: Response, cutoff: Cutoff): Promise<JsonAnswer> {
    const { status } = response;
    if (status < 200 || status > 299) {
      discard(response);
      if (status !== 429) return { state: "refused", status };
      const seconds = retryAfterSeconds(response.headers.get("retry-after"), clock.now());
      return { state: "limited", retryAfterSeconds: seconds };
    }
    const outcome = await readBody(response, cutoff, limits);
    if (outcome.kind !== "text")
      return { state: "unreadable", reason: outcome.kind === "malformed" ? outcome.reason : "cut" };
    const parsed = parseJson(outcome.text);
    return parsed ? { state: "answered", body: parsed.body } : { state: "unreadable", reason: "json" };
  }
}
