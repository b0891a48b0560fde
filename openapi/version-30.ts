// From OpenAPI 3.1 to 3.0.3: what the older version says in other words, or can't say.
//
// It converts what our own document uses and no more: nullable types, examples, constants, a licence by identifier. What
// becomes of schemas, headers and parameters is one rule by key, because these keys mean nothing else in our document; the
// bodies of examples are left as they are. A linter holds the outcome to the 3.0 specification.

import { isArray, isObject, mapObject, omit } from "../src/http/document-json.ts";
import type { Json, JsonObject } from "../src/http/document-json.ts";

const licence: JsonObject = { name: "MIT", url: "https://opensource.org/license/mit" };

export function toOpenApi30(document: JsonObject): JsonObject {
  const { info } = document;
  const older = isObject(info) ? omit(info, ["summary"]) : {};
  const rest = omit(document, ["openapi", "info"]);
  return { openapi: "3.0.3", info: { ...older, license: licence }, ...convertObject(rest) };
}

function convert(value: Json): Json {
  if (isArray(value)) return value.map(convert);
  return isObject(value) ? convertObject(value) : value;
}

function convertObject(object: JsonObject): JsonObject {
  const converted: Record<string, Json> = {};
  for (const [key, value] of Object.entries(object)) {
    if (key === "examples" && isArray(value)) {
      // A schema's list of bare values; 3.0 has room for one.
      const [first] = value;
      if (first !== undefined) converted["example"] = first;
    } else if (key === "examples" || key === "example" || key === "default" || key === "enum") {
      converted[key] = value;
    } else if (key === "const") {
      converted["enum"] = [value];
    } else if (key === "type" && isArray(value)) {
      converted["type"] = value.find((type) => type !== "null") ?? "object";
      if (value.includes("null")) converted["nullable"] = true;
    } else if (key === "properties" && isObject(value)) {
      // Names of properties are nobody's keywords.
      converted[key] = mapObject(value, convert);
    } else {
      converted[key] = convert(value);
    }
  }
  return converted;
}
