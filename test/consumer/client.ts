// A small consumer of the service, written against nothing but the types that a generator makes of openapi.json. It is compiled
// by a test, with and against its `@ts-expect-error`s; what it does at run time is the same test's second half.
import type { components, operations, paths } from "../../client/src/api.generated.ts";

export type Session = components["schemas"]["Session"];
export type Problem = components["schemas"]["Problem"];

type List = operations["listSessions"];
type Page = List["responses"][200]["content"]["application/json"];
type Query = NonNullable<List["parameters"]["query"]>;
type ProblemBody = List["responses"][400]["content"]["application/problem+json"];

export type Listed = { ok: true; page: Page } | { ok: false; problem: ProblemBody };

/** The path as documented; a renamed route no longer compiles here. */
const listPath = "/v1/apps/{app}/sessions" satisfies keyof paths;

/** Lists the sessions of an app. `send` is the platform's `fetch`. */
export async function listSessions(
  send: (path: string) => Promise<Response>,
  app: List["parameters"]["path"]["app"],
  query: Query = {},
): Promise<Listed> {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const response = await send(`${listPath.replace("{app}", encodeURIComponent(app))}?${search.toString()}`);
  const body: unknown = await response.json();
  return response.ok
    ? { ok: true, page: asDocumented<Page>(body) }
    : { ok: false, problem: asDocumented<Problem>(body) };
}

/** What a frontend shows of a session; switches over every status there is. */
export function summaryOf(session: Session): string {
  switch (session.status) {
    case "LIVE":
      return `${session.meeting_display_name}: ${session.live_participants} in it`;
    case "ENDED":
      return `${session.meeting_display_name}: over since ${session.ended_at ?? "some time"}`;
  }
}

/** The consumer's trust in the document: the service answers with what it documents. */
function asDocumented<Body>(body: unknown): Body {
  return body as Body;
}

export const questions = [
  { status: "LIVE", per_page: 50, sort_by: "createdAt", sort_order: "DESC" },
  { participants: "1:10", search: "sync", start_time: "2026-11-01T00:00:00Z", page_no: 2 },
  {},
] satisfies Query[];

// @ts-expect-error a status that does not exist
export const wrongStatus: Query = { status: "PAUSED" };
// @ts-expect-error a parameter that does not exist
export const wrongName: Query = { limit: 10 };
// @ts-expect-error a field that does not exist
export const wrongField = (session: Session): unknown => session.participants;
// @ts-expect-error a failure code that does not exist
export const wrongCode: Problem["code"] = "teapot";
