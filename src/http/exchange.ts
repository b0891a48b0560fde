// One request in hand: its id, its narration, and the way every answer to it is built.
//
// Whatever a route returns goes through `answer` or `refuse`, so that the fixed headers, CORS and the request id are on all of
// them. The request itself lends only what is asked for here; nothing of it is copied into an answer but its path.
import type { Context } from "hono";
import type { Failure } from "../errors.ts";
import type { Clock, Defer } from "../runtime.ts";
import type { Cors } from "./cors.ts";
import { answer } from "./headers.ts";
import type { AnswerHeaders } from "./headers.ts";
import { problemOf } from "./problem.ts";
import { createTrace } from "./trace.ts";
import type { Trace } from "./trace.ts";

export type Exchange = {
  requestId: string;
  trace: Trace;
  /** The CORS headers that every answer to this request carries. */
  cors: AnswerHeaders;
  /** Milliseconds since the request came in. */
  elapsedMs(): number;
  answer(status: number, body: BodyInit | null, headers?: AnswerHeaders): Response;
  refuse(failure: Failure): Response;
};

export type AppEnv = { Variables: { exchange: Exchange } };

/** Opens the exchange of a request. */
export function openExchange(context: Context<AppEnv>, deps: { cors: Cors; clock: Clock }): Exchange {
  const startedAt = deps.clock.now();
  const requestId = crypto.randomUUID();
  const trace = createTrace();
  const cors = deps.cors.headers(context.req.header("origin"));
  const id: AnswerHeaders = { "x-request-id": requestId };

  return {
    requestId,
    trace,
    cors,
    elapsedMs: () => deps.clock.now() - startedAt,
    answer: (status, body, headers = {}) => answer(status, body, id, cors, headers),
    refuse(failure) {
      trace.report({ type: "request.failed", reason: failure.code });
      const problem = problemOf(failure, { requestId, path: rawPathOf(context.req.url) });
      return answer(problem.status, problem.body, id, cors, problem.headers);
    },
  };
}

/** `waitUntil` where the platform has one; elsewhere the work simply goes on. */
export function deferOf(context: Context<AppEnv>): Defer {
  return (work) => {
    const settled = work.catch(() => {});
    try {
      context.executionCtx.waitUntil(settled);
    } catch {
      // hono throws where there is no execution context: a process that lives on by itself.
    }
  };
}

/** The path as it was asked for, before anybody decodes it. */
function rawPathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  return /^[^?#]*/.exec(url.slice(start))?.[0] ?? "/";
}
