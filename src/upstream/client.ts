// Asks the upstream once: builds the address, sends the token, holds the deadline, reads and checks the answer.
//
// It neither retries nor counts: budget, breaker and retry are the loader's. What leaves is our own three headers and
// nothing of the request that caused the call; what comes back is parsed JSON or a fault in our own words. A redirect is a
// failure, since following one would hand the token to whoever it points at.
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import type { Clock, Report } from "../ground/runtime.ts";
import { upstreamAddress } from "./address.ts";
import type { UpstreamTarget } from "./address.ts";
import { discard, parseJson, readBody } from "./body.ts";
import type { BodyLimits } from "./body.ts";
import type { RateLimitHint } from "./budget.ts";
import { createCutoff } from "./cutoff.ts";
import type { Cutoff } from "./cutoff.ts";
import type { UpstreamFault } from "./fault.ts";
import { addressFault, connectionFault, faultOfBody, faultOfCutoff, faultOfStatus, malformed } from "./fault.ts";
import { rateLimitHint } from "./rate-limit.ts";

/** What this project needs of the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type UpstreamClientOptions = {
  fetch: Fetch;
  clock: Clock;
  /** Sent as `Authorization: Bearer`, to the address template only. */
  token: string;
  /** https, or http on loopback; checked with every call. */
  baseUrl: string;
  /** 32 lower-case hexadecimal digits. */
  accountId: string;
  /** Longest silence inside a body, in milliseconds. Default 3,000. */
  idleMs?: number;
};

export type UpstreamCall<Page> = UpstreamTarget & {
  /** Rows that the answer may have; 1 where it is no list. Bounds its size. */
  rowsMax: number;
  report: Report;
  /** Epoch milliseconds; covers headers and body. */
  deadlineAt: number;
  /** Ends the call when whoever wants it is gone. */
  signal?: AbortSignal;
  /** Takes the body of a 200, which is JSON and nothing more is known of it, and keeps no part of it. Must not throw. */
  read(body: unknown): Page;
};

/** A 200 with JSON in it, as `read` read it: the resource says whether it is a page. */
export type UpstreamAnswer<Page> = { page: Page; rateLimit: RateLimitHint | undefined };

export type UpstreamClient = {
  /** Settles by `deadlineAt` at the latest and never rejects. */
  get<Page>(call: UpstreamCall<Page>): Promise<Result<UpstreamAnswer<Page>, UpstreamFault>>;
};

const userAgent = "realtimekit-bff";

/**
 * What an answer to a question for so many rows may be. A row takes about 600 bytes and 16 values, with all the rooms and `meta` that
 * could be shown it may take more; the floor is for an upstream that sends its own page size.
 */
export function bodyLimits(rows: number): Omit<BodyLimits, "idleMs"> {
  return { bytesMax: Math.max(262_144, rows * 20_480), valuesMax: Math.max(16_384, rows * 1_024) };
}

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  // Taken out of the options because workerd refuses a `fetch` called as somebody's method.
  const { fetch, clock, token } = options;
  const idleMs = options.idleMs ?? 3_000;

  /** Undefined when the call was cut off before the headers; throws as fetch does. */
  const send = async (url: string, cutoff: Cutoff): Promise<Response | undefined> => {
    if (cutoff.cause() !== undefined) return undefined;
    const pending = fetch(url, {
      method: "GET",
      headers: { accept: "application/json", authorization: `Bearer ${token}`, "user-agent": userAgent },
      redirect: "manual",
      signal: cutoff.signal,
    });
    const response = await Promise.race([pending, cutoff.ended]);
    if (typeof response !== "string") return response;
    // Headers that still come are nobody's any more.
    void pending.then(discard).catch(() => {});
    return undefined;
  };

  return {
    async get({ rowsMax, report, deadlineAt, signal, read, ...target }) {
      const startedAt = clock.now();
      const refuse = (
        fault: Omit<UpstreamFault, "rateLimit">,
        answered?: { status: number; rateLimit: RateLimitHint | undefined },
      ) => {
        reportFault(report, fault, answered?.status, clock.now() - startedAt);
        return fail({ ...fault, rateLimit: answered?.rateLimit });
      };

      const address = upstreamAddress(options, target);
      if (!address.ok) return refuse(addressFault);

      const cutoff = createCutoff(clock, deadlineAt, signal);
      try {
        const response = await send(address.value, cutoff).catch(() => null);
        const cause = cutoff.cause();
        if (cause !== undefined) {
          if (response) discard(response);
          return refuse(faultOfCutoff(cause));
        }
        if (!response) return refuse(connectionFault("network"));

        const { status, headers } = response;
        report({ type: "upstream.answered", status, durationMs: clock.now() - startedAt });
        const rateLimit = rateLimitHint(headers.get("ratelimit"), headers.get("ratelimit-policy"));
        const answered = { status, rateLimit };
        if (status !== 200) {
          discard(response);
          return refuse(faultOfStatus(status, headers, clock.now()), answered);
        }

        const outcome = await readBody(response, cutoff, { ...bodyLimits(rowsMax), idleMs });
        switch (outcome.kind) {
          case "ended":
            return refuse(faultOfCutoff(outcome.cause), answered);
          case "broken":
            return refuse(connectionFault("cut"), answered);
          case "malformed":
            return refuse(malformed(outcome.reason), answered);
          case "text": {
            const parsed = parseJson(outcome.text);
            if (!parsed) return refuse(malformed("json"), answered);
            const fault = faultOfBody(parsed.body, headers, clock.now());
            return fault === undefined ? ok({ page: read(parsed.body), rateLimit }) : refuse(fault, answered);
          }
        }
      } finally {
        cutoff.release();
      }
    },
  };
}

function reportFault(
  report: Report,
  { failure }: Omit<UpstreamFault, "rateLimit">,
  status: number | undefined,
  durationMs: number,
): void {
  if (failure.code === "upstream_unauthorized") report({ type: "upstream.unauthorized", status: status ?? 0 });
  if (failure.code === "upstream_limited") {
    report({ type: "upstream.limited", frozenSeconds: failure.retryAfterSeconds });
  }
  const reason = "reason" in failure ? failure.reason : failure.code;
  // A caller who left is not a failure.
  if (reason === "aborted") return;
  report({ type: "upstream.failed", code: failure.code, reason, durationMs });
}
