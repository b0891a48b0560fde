// The OpenAPI document as it is true of one deployment: its apps by their aliases, and the fields that its policies show.
//
// The document itself is built with a release and read from a file. What differs is edited as plain JSON when it is asked for first.
import type { SessionField } from "../sessions/view.ts";
import { isArray, isObject, mapObject, omit } from "./document-json.ts";
import type { Json, JsonObject } from "./document-json.ts";

/** `always`: fields that every caller is shown. `ever`: those that some caller is shown. */
export type Deployment = { aliases: readonly string[]; always: readonly SessionField[]; ever: readonly SessionField[] };

const examplesMax = 20;
const rowSchemas: readonly string[] = ["Session", "BreakoutRoom"];
const appParameters: readonly Json[] = ["app", "app_id"];

export function documentOf(document: JsonObject, { aliases, always, ever }: Deployment): JsonObject {
  const isEver = (name: string) => ever.some((field) => field === name);
  const isAlways = (name: Json) => always.some((field) => field === name);

  /** Everybody's fields are required, nobody's are not there, and the others may be missing. */
  function rowSchema(schema: JsonObject): JsonObject {
    const { properties, required } = schema;
    if (!isObject(properties) || !isArray(required)) return schema;
    const shown = omit(
      properties,
      Object.keys(properties).filter((name) => !isEver(name)),
    );
    const stays = required.filter(isAlways);
    return { ...omit(schema, ["required"]), properties: shown, ...(stays.length > 0 && { required: stays }) };
  }

  /** Names of apps that can be asked for here, instead of one that can be asked for nowhere. */
  function appParameter(parameter: JsonObject): JsonObject {
    const [first, ...others] = aliases.slice(0, examplesMax);
    const rest = omit(parameter, ["example"]);
    if (first === undefined) return rest;
    if (others.length === 0) return { ...rest, example: first };
    return { ...rest, examples: Object.fromEntries([first, ...others].map((alias) => [alias, { value: alias }])) };
  }

  /** Rows of examples lose what nobody is shown. */
  function exampleRow(row: Json): Json {
    if (!isObject(row)) return row;
    const hidden = Object.keys(row).filter((name) => !isEver(name));
    return omit(row, hidden);
  }

  function edit(value: Json, key: string): Json {
    if (isArray(value)) return value.map((item) => (key === "sessions" ? exampleRow(item) : edit(item, "")));
    if (!isObject(value)) return value;
    if (rowSchemas.includes(key)) return rowSchema(value);
    if (value["in"] === "path" && appParameters.includes(value["name"] ?? null)) return appParameter(value);
    return mapObject(value, edit);
  }

  return mapObject(document, edit);
}
