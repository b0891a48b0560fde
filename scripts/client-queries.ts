// The typed client's queries for TanStack Query: their types, and what decides each one's key.
//
// Keys follow the tags of `src/resources/tags.ts`: a list of the app, a list of a meeting, what hangs on a session, a file of a session. So
// what the service reads again after a change, a page can invalidate with one prefix.
import { resources } from "../src/resources/registry.ts";
import type { JsonObject } from "../src/http/document-json.ts";
import { clientGroups } from "./client-operations.ts";
import type { ClientOperation } from "./client-operations.ts";

/** `meeting`: the id or parameter that names a meeting. `isFile`: it is about a file of its session. */
function scopeOf({ id }: ClientOperation): string {
  const resource = resources.find(({ operationId }) => operationId === id);
  if (!resource) throw new Error(`${id} is of no resource`);
  const { owner, withFile } = resource;
  if (withFile) return "{ isFile: true }";
  if (owner.by === "path") return `{ meeting: ${JSON.stringify(owner.id)} }`;
  return owner.by === "field" ? `{ meeting: ${JSON.stringify(owner.parameter)} }` : "{}";
}

/** `client/src/queries.generated.ts`. */
export function clientQueries(document: JsonObject): string {
  const groups = [...clientGroups(document)];
  const scopes = groups.map(
    ([group, methods]) =>
      `  ${group}: {\n${methods.map((one) => `    ${one.method}: ${scopeOf(one)},`).join("\n")}\n  },`,
  );
  const types = groups.map(([group, methods]) => {
    const lines = methods.map(({ method, id, ids, summary }) => {
      const path = ids.map((name) => `${name}: string`).join(", ");
      return `    /** ${summary}. */\n    readonly ${method}: (${path}, query?: Query<"${id}">) => PageQuery<Answer<"${id}">>;`;
    });
    return `  readonly ${group}: {\n${lines.join("\n")}\n  };`;
  });
  return `// Generated from openapi.json by scripts/openapi.ts.
import type { Answer, Query } from "./answers.ts";
import type { PageQuery } from "./page-query.ts";

/** What a question's key follows from, beside its ids: the id or parameter that names a meeting, and whether it is about a file. */
export const scopes: Readonly<Record<string, Readonly<Record<string, { meeting?: string; isFile?: boolean }>>>> = {
${scopes.join("\n")}
};

export type Queries = {
${types.join("\n")}
};
`;
}
