// A document's file, and the finishing touches that the generator has no words for: shared parameters, and nothing that is
// not used.
import { isArray, isObject, mapObject, omit } from "../src/http/document-json.ts";
import type { Json, JsonObject } from "../src/http/document-json.ts";

/** What a document's file says. Throws where it is not JSON; whoever asks knows that it is an object. */
export const parseDocument = (text: string): JsonObject => JSON.parse(text) as JsonObject;

/** A document as it is written to a file. */
export const serialiseDocument = (document: JsonObject): string => `${JSON.stringify(document, undefined, 2)}\n`;

/** The document as it would be read from its file: undefined members are gone. */
export const plain = (document: object): JsonObject => parseDocument(JSON.stringify(document));

/**
 * Moves query and header parameters to `components/parameters`: both mounts of a resource take the same. Each stands under its name; where
 * another of this name is there already, under that of its operation too.
 */
export function withSharedParameters(document: JsonObject): JsonObject {
  const parameters: Record<string, Json> = {};

  const share = (parameter: Json, operationId: string): Json => {
    if (!isObject(parameter)) return parameter;
    const { name, schema } = parameter;
    // The generator repeats the parameter's description in its schema. An example stands at the parameter, where those who try it find it.
    const [example] = isObject(schema) && isArray(schema["examples"]) ? schema["examples"] : [];
    const lean = isObject(schema)
      ? {
          ...parameter,
          schema: omit(schema, ["description", "examples"]),
          ...(example !== undefined && { example }),
        }
      : parameter;
    if (typeof name !== "string" || parameter["in"] === "path") return lean;
    const shared = [name, `${operationId}_${name}`].find(
      (key) => parameters[key] === undefined || JSON.stringify(parameters[key]) === JSON.stringify(lean),
    );
    if (shared === undefined) throw new Error(`${operationId} has two parameters ${name}`);
    parameters[shared] = lean;
    return { $ref: `#/components/parameters/${shared}` };
  };

  const { paths, components } = document;
  if (!isObject(paths) || !isObject(components)) return document;
  const shared = mapObject(paths, (item) =>
    isObject(item)
      ? mapObject(item, (operation) =>
          isObject(operation) && isArray(operation["parameters"])
            ? { ...operation, parameters: operation["parameters"].map((one) => share(one, nameOf(operation))) }
            : operation,
        )
      : item,
  );
  return { ...document, components: { ...components, parameters }, paths: shared };
}

/** Of an operation, without what tells the mount. */
const nameOf = ({ operationId }: JsonObject): string =>
  typeof operationId === "string" ? operationId.replace(/ForSdk$/, "") : "";

/** Without components that nothing refers to (identities are referred to by name), and without sections that are empty. */
export function withoutUnused(document: JsonObject): JsonObject {
  const text = JSON.stringify(document);
  const { components, webhooks, ...rest } = document;
  if (!isObject(components)) return document;
  const used = mapObject(components, (entries, kind) =>
    isObject(entries) && kind !== "securitySchemes"
      ? omit(
          entries,
          Object.keys(entries).filter((name) => !text.includes(`"#/components/${kind}/${name}"`)),
        )
      : entries,
  );
  const hasWebhooks = isObject(webhooks) && Object.keys(webhooks).length > 0;
  return { ...rest, ...(hasWebhooks && { webhooks }), components: used };
}
