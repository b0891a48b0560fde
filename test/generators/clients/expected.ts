// What every generated client must hand over, in types and in values. A wrong type does not compile; a wrong value throws.

const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

export const baseUrl = environment("BASE_URL");
export const app = environment("APP");

export const question = { per_page: 5, sort_by: "createdAt", sort_order: "DESC", page_no: 1 } as const;

/** Fits every schema, and the service refuses it: the range ends before it starts. */
export const refused = { start_time: "2026-02-01T00:00:00Z", end_time: "2026-01-01T00:00:00Z" } as const;

type Session = {
  readonly id: string;
  readonly status: "LIVE" | "ENDED";
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly live_participants: number;
};
type Page = {
  readonly success: true;
  readonly data: { readonly sessions: readonly Session[] };
  readonly paging: { readonly per_page: number; readonly total_count: number | null; readonly has_more: boolean };
};
type Problem = {
  readonly type: string;
  readonly status: number;
  readonly code: "invalid_query" | "rate_limited" | (string & {});
  readonly retry_after: number | null;
  readonly errors: readonly {
    readonly message: string;
    readonly parameter?: string | undefined;
    readonly source?: { readonly pointer: string } | undefined;
    readonly documentation_url: string;
  }[];
};

/** True of `any` alone. It fits every type, so a generator that gives up on a schema would pass unseen. */
type IsAny<T> = 0 extends 1 & T ? true : false;

export function expectPage<T extends Page>(page: T, _isAny: IsAny<T>): void {
  const { sessions } = page.data;
  const isWhole = sessions.length === question.per_page && page.paging.per_page === question.per_page;
  const areTyped = sessions.every(
    ({ id, created_at, live_participants }) =>
      id.length > 0 && !Number.isNaN(Date.parse(created_at)) && typeof live_participants === "number",
  );
  if (!isWhole || !areTyped) throw new Error(`not the page that was asked for: ${JSON.stringify(page).slice(0, 300)}`);
}

export function expectProblem<T extends Problem>(problem: T, _isAny: IsAny<T>): void {
  const [first] = problem.errors;
  const isRight =
    problem.code === "invalid_query" &&
    problem.status === 400 &&
    problem.retry_after === null &&
    first?.parameter !== undefined &&
    first.source?.pointer === `/query/${first.parameter}` &&
    first.documentation_url === problem.type;
  if (!isRight) throw new Error(`not the problem that was expected: ${JSON.stringify(problem)}`);
}

/** Narrows what a client may leave out. Throws where it did. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the client handed over no ${what}`);
  return value;
}
