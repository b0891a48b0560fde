// The typed client's part of the OpenAPI document: its operations, by the word of the resource and the verb, and their types.
//
// A resource that is added to the document has its methods without a line by hand. The document tells the names: the tag is the group
// (`Peer reports`: `peerReports`), and of the operation's name what is before the tag's own noun is the method (`listSessions`: `list`,
// `getActiveSession`: `getActive`). Streams, the upstream's paths and what is not JSON are left out.
import { withoutUnused } from "../openapi/json.ts";
import { isArray, isObject, omit } from "../src/http/document-json.ts";
import type { Json, JsonObject } from "../src/http/document-json.ts";

const prefix = "/v1/apps/";

export type ClientOperation = {
  group: string;
  method: string;
  id: string;
  /** Below `/v1/apps/`. */
  path: string;
  ids: readonly string[];
  summary: string;
  hasQuery: boolean;
};

const at = (value: Json | undefined, ...names: readonly string[]): Json | undefined =>
  names.reduce<Json | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);

const textAt = (value: Json | undefined, ...names: readonly string[]): string => {
  const text = at(value, ...names);
  if (typeof text !== "string") throw new Error(`the document has no ${names.join(".")}`);
  return text;
};

/** `Peer reports` or `session_id` in camel case. */
const camel = (words: string): string =>
  words
    .toLowerCase()
    .split(/[ _]/)
    .map((word, index) => (index === 0 ? word : capital(word)))
    .join("");
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The paths that the client reads. */
function readPaths(document: JsonObject): [path: string, operation: Json][] {
  const paths = document["paths"];
  if (!isObject(paths)) throw new Error("the document has no paths");
  return Object.entries(paths).flatMap(([path, item]) => {
    const operation = at(item, "get");
    const isPage = at(operation, "responses", "200", "content", "application/json") !== undefined;
    return path.startsWith(prefix) && operation !== undefined && isPage ? [[path, operation]] : [];
  });
}

function operationOf([path, operation]: [string, Json]): ClientOperation {
  const id = textAt(operation, "operationId");
  const tags = at(operation, "tags");
  const tag = isArray(tags) ? tags[0] : undefined;
  if (typeof tag !== "string") throw new Error(`${id} has no tag`);
  const group = camel(tag);
  const noun = capital(group).replace(/s$/, "");
  const method = id.slice(0, id.indexOf(noun));
  if (!/^(?:list|get)(?:[A-Z]\w*)?$/.test(method))
    throw new Error(`${id} does not begin with list or get, or does not name ${tag}`);
  const parameters = at(operation, "parameters");
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return {
    group,
    method,
    id,
    path: path.slice(prefix.length),
    ids: names.map(camel),
    summary: textAt(operation, "summary"),
    hasQuery: isArray(parameters) && parameters.length > names.length,
  };
}

/** The operations of the client by group, checked. */
export function clientGroups(document: JsonObject): Map<string, ClientOperation[]> {
  const groups = new Map<string, ClientOperation[]>();
  for (const operation of readPaths(document).map(operationOf)) {
    const group = groups.get(operation.group) ?? [];
    if (group.some(({ method }) => method === operation.method))
      throw new Error(`${operation.id} has a name that is taken`);
    checkOperation(document, operation);
    groups.set(operation.group, [...group, operation]);
  }
  return groups;
}

/** What the client takes for granted of every operation: it can be listened to, and a list has pages of 100. */
function checkOperation(document: JsonObject, { id, path, method }: ClientOperation): void {
  const paths = document["paths"];
  if (at(paths, `/v1/live/apps/${path}`, "get") === undefined) throw new Error(`${id} can't be listened to`);
  if (!method.startsWith("list")) return;
  const parameters = at(paths, prefix + path, "get", "parameters");
  const own = (isArray(parameters) ? parameters : []).map((parameter) => resolved(document, parameter));
  const perPage = own.find((parameter) => at(parameter, "name") === "per_page");
  if (Number(at(perPage, "schema", "maximum") ?? 0) < 100) throw new Error(`${id} has no pages of 100`);
}

function resolved(document: JsonObject, value: Json): Json | undefined {
  const reference = at(value, "$ref");
  return typeof reference === "string" ? at(document, ...reference.slice(2).split("/")) : value;
}

/** The same names as `watchNameOf` in client/src/client.ts. */
const watchNameOf = (method: string) =>
  method.replace(/^list/, "watch").replace(/^get$/, "watchOne").replace(/^get/, "watch");

function methodsOf({ method, id, ids, summary }: ClientOperation): string {
  const path = ids.map((name) => `${name}: string`).join(", ");
  const lines = [
    `    /** ${summary}. */`,
    `    readonly ${method}: (${path}, query?: Query<"${id}">, options?: ReadOptions) => Promise<Answer<"${id}">>;`,
    `    /** The page of \`${method}\`, now and whenever it changes. Returns what ends it. */`,
    `    readonly ${watchNameOf(method)}: Watch<[${path}, query: Query<"${id}">], Answer<"${id}">>;`,
  ];
  if (method.startsWith("list")) {
    lines.push(
      `    /** Every row of every page, each once. */`,
      `    readonly ${method.replace("list", "all")}: (${path}, query?: Omit<Query<"${id}">, "page_no">, options?: ReadOptions) => AsyncIterable<Row<"${id}">>;`,
    );
  }
  return lines.join("\n");
}

/** The part of the document that the client's types are made of. What only an unused schema refers to is unused. */
export function clientDocument(document: JsonObject): JsonObject {
  const paths = Object.fromEntries(readPaths(document).map(([path, get]) => [path, { get }]));
  let part: JsonObject = { ...omit(document, ["webhooks"]), paths };
  for (;;) {
    const less = withoutUnused(part);
    if (JSON.stringify(less) === JSON.stringify(part)) return part;
    part = less;
  }
}

/** `client/src/operations.generated.ts`. */
export function clientOperations(document: JsonObject): string {
  const groups = [...clientGroups(document)];
  const table = groups.map(
    ([group, methods]) =>
      `  ${group}: {\n${methods.map(({ method, path }) => `    ${method}: ${JSON.stringify(path)},`).join("\n")}\n  },`,
  );
  const types = groups.map(([group, methods]) => `  readonly ${group}: {\n${methods.map(methodsOf).join("\n")}\n  };`);
  const schemas = Object.keys(schemasOf(clientDocument(document))).filter((name) => name !== "Problem");
  return `// Generated from openapi.json by scripts/openapi.ts.
import type { components } from "./api.generated.ts";
import type { Answer, Query, Row } from "./answers.ts";
import type { ReadOptions } from "./transport.ts";
import type { Watch } from "./watch.ts";

/** Paths below \`${prefix}\`, by group and method. */
export const operations = {
${table.join("\n")}
} as const;

export type Operations = {
${types.join("\n")}
};

${schemas.map((name) => `export type ${name} = components["schemas"]["${name}"];`).join("\n")}
`;
}

const schemasOf = (document: JsonObject): JsonObject => {
  const schemas = at(document, "components", "schemas");
  return isObject(schemas) ? schemas : {};
};
