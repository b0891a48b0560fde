// The OpenAPI document as it is true of one deployment: its apps by their aliases, and the resources and fields that its policies show.
//
// The document itself is built with a release and read from a file. What differs is edited as plain JSON when it is asked for first.
import { cutPage, makeView } from "../resources/cut.ts";
import { resources } from "../resources/registry.ts";
import type { Page, Resource } from "../resources/resource.ts";
import type { Config } from "../config/config.ts";
import { fieldsShown, isEverGranted } from "../policy/policies.ts";
import type { FieldsShown } from "../policy/policies.ts";
import { addressesOf } from "./data-routes.ts";
import { loginPaths } from "./login-routes.ts";
import { isArray, isObject, mapObject, omit } from "./document-json.ts";
import type { Json, JsonObject } from "./document-json.ts";
import { purgePath } from "./purge-route.ts";
import { webhookPath } from "./webhook-route.ts";

/** `absentPaths`: addresses that this deployment does not have, in the writing of OpenAPI. */
export type Deployment = { aliases: readonly string[]; shown: FieldsShown; absentPaths: readonly string[] };

export const deploymentOf = (config: Config): Deployment => ({
  aliases: [...config.apps.keys()],
  shown: fieldsShown(config.policies, config),
  absentPaths: [
    ...(config.login ? [] : [loginPaths.me, loginPaths.logout]),
    ...(config.login?.store ? [] : [loginPaths.backchannel]),
    ...(config.webhooks ? [] : [webhookPath]),
    ...(isEverGranted(config.policies, "purge") ? [] : [purgePath]),
  ],
});

const examplesMax = 20;
const appParameters: readonly Json[] = ["app", "app_id"];

/** A path as hono writes it (`:app`) in the writing of OpenAPI (`{app}`). */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");

export function documentOf(document: JsonObject, { aliases, shown, absentPaths }: Deployment): JsonObject {
  const resourceOfPath = new Map(
    resources.flatMap((resource) => addressesOf(resource).map((path) => [templateOf(path), resource] as const)),
  );
  const resourceOfSchema = new Map(
    resources.flatMap((resource) => resource.schemas.map((id) => [id, resource] as const)),
  );

  /** Everybody's fields are required, nobody's are not there, and the others may be missing. */
  function itemSchema(schema: JsonObject, { name }: Resource): JsonObject {
    const { always = [], ever = [] } = shown[name] ?? {};
    const { properties, required } = schema;
    if (!isObject(properties) || !isArray(required)) return schema;
    const hidden = Object.keys(properties).filter((field) => !ever.includes(field));
    const stays = required.filter((field) => typeof field === "string" && always.includes(field));
    return {
      ...omit(schema, ["required"]),
      properties: omit(properties, hidden),
      ...(stays.length > 0 && { required: stays }),
    };
  }

  /** Names of apps that can be asked for here, instead of one that can be asked for nowhere. */
  function appParameter(parameter: JsonObject): JsonObject {
    const [first, ...others] = aliases.slice(0, examplesMax);
    const rest = omit(parameter, ["example"]);
    if (first === undefined) return rest;
    if (others.length === 0) return { ...rest, example: first };
    return { ...rest, examples: Object.fromEntries([first, ...others].map((alias) => [alias, { value: alias }])) };
  }

  /** Examples lose what nobody is shown. */
  function examplePage(value: Json, resource: Resource): Json {
    const view = makeView(resource, shown[resource.name]?.ever ?? [], undefined);
    return isObject(value) && "data" in value ? (cutPage(value as Page, resource, view).page as JsonObject) : value;
  }

  function edit(value: Json, key: string, resource: Resource | undefined): Json {
    if (isArray(value)) return value.map((item) => edit(item, "", resource));
    if (!isObject(value)) return value;
    const ofSchema = resourceOfSchema.get(key);
    if (ofSchema) return itemSchema(value, ofSchema);
    if (value["in"] === "path" && appParameters.includes(value["name"] ?? null)) return appParameter(value);
    if (resource && key === "page" && value["value"] !== undefined) {
      return { ...value, value: examplePage(value["value"], resource) };
    }
    return mapObject(value, (inner, name) => edit(inner, name, resourceOfPath.get(name) ?? resource));
  }

  const { paths } = document;
  const unseenPaths = [...resourceOfPath].flatMap(([path, { name }]) => (shown[name] ? [] : [path]));
  const hiddenPaths = [...unseenPaths, ...absentPaths];
  return mapObject(isObject(paths) ? { ...document, paths: omit(paths, hiddenPaths) } : document, (value, key) =>
    edit(value, key, undefined),
  );
}
