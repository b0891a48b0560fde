// Asks the upstream once: builds the address, sends the token, holds the deadline, reads and checks the answer.
//
// It neither retries nor counts: budget, breaker and retry are the loader's. What leaves is our own three headers and
// nothing of the request that caused the call; what comes back is parsed JSON or a fault in our own words. A redirect is a
// failure, since following one would hand the token to whoever it points at.
import type { Result } from "../errors.ts";
import { fail, ok } from "../errors.ts";
import type { Clock, Report } from "../runtime.ts";
import type { SessionQuery } from "../sessions/query.ts";
import { upstreamParameters } from "../sessions/query.ts";
import { sessionsAddress } from "./address.ts";
import { discard, readJson } from "./body.ts";
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
  /** The number the upstream gives its first page. */
  firstPage: 0 | 1;
  /** Decoded bytes of a body; a longer one is cut and refused. Default 8 MiB. */
  bodyBytesMax?: number;
  /** Longest silence inside a body, in milliseconds. Default 3,000. */
  idleMs?: number;
};

export type ListSessionsCall = {
  appId: string;
  query: SessionQuery;
  report: Report;
  /** Epoch milliseconds; covers headers and body. */
  deadlineAt: number;
  /** Ends the call when whoever wants it is gone. */
  signal?: AbortSignal;
};

/** A 200 with JSON in it. The domain says whether it is a page. */
export type UpstreamAnswer = { body: unknown; rateLimit: RateLimitHint | undefined };

export type UpstreamClient = {
  /** Settles by `deadlineAt` at the latest and never rejects. */
  listSessions(call: ListSessionsCall): Promise<Result<UpstreamAnswer, UpstreamFault>>;
};

const userAgent = "realtimekit-bff";

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  // Taken out of the options because workerd refuses a `fetch` called as somebody's method.
  const { fetch, clock, token, baseUrl, accountId, firstPage } = options;
  const limits = { bodyBytesMax: options.bodyBytesMax ?? 8 * 1024 * 1024, idleMs: options.idleMs ?? 3_000 };

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
    async listSessions({ appId, query, report, deadlineAt, signal }) {
      const startedAt = clock.now();
      const refuse = (
        fault: Omit<UpstreamFault, "rateLimit">,
        answered?: { status: number; rateLimit: RateLimitHint | undefined },
      ) => {
        reportFault(report, fault, answered?.status, clock.now() - startedAt);
        return fail({ ...fault, rateLimit: answered?.rateLimit });
      };

      const parameters = upstreamParameters(query, firstPage);
      const address = sessionsAddress({ baseUrl, accountId, appId, parameters });
      if (!address.ok) return refuse(addressFault);

      const cutoff = createCutoff(clock, deadlineAt, signal);
      try {
        const response = await send(address.url, cutoff).catch(() => null);
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

        const outcome = await readJson(response, cutoff, limits);
        switch (outcome.kind) {
          case "ended":
            return refuse(faultOfCutoff(outcome.cause), answered);
          case "broken":
            return refuse(connectionFault("cut"), answered);
          case "malformed":
            return refuse(malformed(outcome.reason), answered);
          case "json": {
            const fault = faultOfBody(outcome.body, headers, clock.now());
            return fault === undefined ? ok({ body: outcome.body, rateLimit }) : refuse(fault, answered);
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
