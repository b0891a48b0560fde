// What went wrong, in one class for all of it: a problem of the service, an answer that is not the service's (a proxy's page, a login's),
// a network that failed, a token that could not be had. Callers branch on `code`; `status` 0 means that there was no answer.
import type { components } from "./api.generated.ts";

/** The body of every error of the service. */
export type ProblemBody = components["schemas"]["Problem"];

/**
 * A code of the service, or one of this client: `network_failed` (no answer, or none in time), `unexpected_answer` (not one of this
 * service), `token_failed` (the callback threw or gave nothing; see `cause`).
 */
export type ProblemCode = ProblemBody["code"] | "network_failed" | "unexpected_answer" | "token_failed";

export type ProblemParts = {
  code: ProblemCode;
  status?: number;
  detail: string;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  body?: ProblemBody | undefined;
  cause?: unknown;
};

export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number;
  /** A sentence that may be shown to people. */
  readonly detail: string;
  /** Names the request in the operator's log. */
  readonly requestId: string | undefined;
  /** When to ask again; undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined;
  /** Each thing that was wrong with the request; none where the answer was not the service's. */
  readonly errors: ProblemBody["errors"];
  readonly body: ProblemBody | undefined;

  constructor({ code, status = 0, detail, requestId, retryAfterMs, body, cause }: ProblemParts) {
    super(`${code}: ${detail}`, { cause });
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
    this.errors = body?.errors ?? [];
    this.body = body;
  }
}

/** The problem that an answer of the service holds; undefined where the value is none. */
export function problemIn(value: unknown, headers?: Headers): Problem | undefined {
  if (!isProblem(value)) return undefined;
  const { code, status, detail, request_id: requestId, retry_after: seconds } = value;
  const told = seconds ?? secondsIn(headers);
  return new Problem({ code, status, detail, requestId, retryAfterMs: toMs(told), body: value });
}

/** Of an answer that is no page. Reads its body. Never rejects. */
export async function problemOf(response: Response): Promise<Problem> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  return problemIn(parsed(text), headers) ?? unexpected(status, headers);
}

/** An answer that does not come from the service, whoever gave it. */
export const unexpected = (status: number, headers: Headers): Problem =>
  new Problem({
    code: "unexpected_answer",
    status,
    detail: `The answer (HTTP ${status}, ${headers.get("content-type") ?? "no content type"}) is not one of this service.`,
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfterMs: toMs(secondsIn(headers)),
  });

/** The value of a JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secondsIn(headers: Headers | undefined): number | undefined {
  const seconds = Number.parseFloat(headers?.get("retry-after") ?? "");
  return seconds >= 0 ? seconds : undefined;
}

const toMs = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1_000);

/** Whatever has a code and a detail is trusted to be as the document says. */
const isProblem = (value: unknown): value is ProblemBody =>
  typeof value === "object" && value !== null && "code" in value && "detail" in value && typeof value.code === "string";
