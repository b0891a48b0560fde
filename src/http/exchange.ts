// One request in hand: its id, its narration, and the way every answer to it is built.
//
// Whatever a route returns goes through `answer` or `refuse`, so that the fixed headers, CORS and the request id are on all of
// them. The request itself lends only what is asked for here; nothing of it is copied into an answer but its path.
import type { Context } from "hono";
import { AppError } from "../ground/errors.ts";
import type { Failure } from "../ground/errors.ts";
import type { Log } from "../ground/log.ts";
import type { Clock, Defer, Event, Report } from "../ground/runtime.ts";
import type { Cors } from "./cors.ts";
import type { AnswerHeaders, BuildAnswer } from "./headers.ts";
import { problemOf } from "./problem.ts";
import { createTrace } from "./trace.ts";
import type { Trace } from "./trace.ts";

export type Exchange<Answer, Body = string | Uint8Array | null> = {
  requestId: string;
  /** The alias of the app that is asked for; set where the path names one that is configured. */
  app?: string | undefined;
  trace: Trace;
  /** For the origin that asks; the same object for the same origin. */
  corsHeaders: AnswerHeaders;
  /** Milliseconds since the request came in. */
  elapsedMs(): number;
  answer(status: number, body: Body, headers?: AnswerHeaders): Answer;
  /** `headers`: beside those of the problem. */
  refuse(failure: Failure, headers?: AnswerHeaders): Answer;
};

export type AppEnv = { Variables: { exchange: Exchange<Response, BodyInit | null> } };

/** What an exchange needs of its request. `target` is path and query as they came in. */
export type Requested = { target: string; origin: string | undefined };

/** Opens the exchange of a request. */
export function openExchange<Answer, Body>(
  { target, origin }: Requested,
  { cors, clock, build }: { cors: Cors; clock: Clock; build: BuildAnswer<Answer, Body | string> },
): Exchange<Answer, Body | string> {
  const startedAt = clock.now();
  const requestId = crypto.randomUUID();
  const trace = createTrace();
  const corsHeaders = cors.headers(origin);
  const id: AnswerHeaders = { "x-request-id": requestId };

  return {
    requestId,
    trace,
    corsHeaders,
    elapsedMs: () => clock.now() - startedAt,
    answer: (status, body, headers = {}) => build(status, body, id, corsHeaders, headers),
    refuse(failure, headers = {}) {
      trace.report({
        type: "request.refused",
        code: failure.code,
        ...(failure.code === "rate_limited" && { limit: failure.policy }),
      });
      const problem = problemOf(failure, { requestId, path: pathOf(target) });
      return build(problem.status, problem.body, id, corsHeaders, problem.headers, headers);
    },
  };
}

/** One line for the log. `route` is the pattern, never the path. */
export function logExchange<Answer, Body>(
  log: Log,
  exchange: Exchange<Answer, Body>,
  request: { method: string; route: string; status: number },
): void {
  const { events } = exchange.trace;
  const { method, route, status } = request;
  log({
    kind: "request",
    request_id: exchange.requestId,
    app: exchange.app,
    limit: limitIn(events),
    method,
    route,
    status,
    duration_ms: exchange.elapsedMs(),
    events,
  });
}

/** Which limit of the client refused it, if one did. */
function limitIn(events: readonly Event[]): string | undefined {
  for (const event of events) if (event.type === "request.refused" && event.limit) return event.limit;
  return undefined;
}

/** What a thrown error is to a client. One that is not ours is reported by its name, never by its message. */
export function failureOf(error: unknown, report: Report): Failure {
  if (error instanceof AppError) return error.failure;
  report({ type: "request.failed", reason: error instanceof Error ? error.name : typeof error });
  return { code: "internal" };
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
const pathOf = (target: string): string => /^[^?#]*/.exec(target)?.[0] ?? "/";
