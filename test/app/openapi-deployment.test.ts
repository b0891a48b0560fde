// The document that a deployment serves is true of that deployment, and every generator of clients can read it.
import { resources } from "../../src/resources/registry.ts";
import { describe, expect, it } from "vitest";
import { addressesOf } from "../../src/http/data-routes.ts";
import { isArray, isObject } from "../../src/http/document-json.ts";
import type { Json, JsonObject } from "../../src/http/document-json.ts";
import { parseObject } from "../support/document.ts";
import { createTestService } from "../support/app.ts";
import { policiesOf } from "../support/callers.ts";

const paths = ["/openapi.json", "/openapi-3.0.json"] as const;
const apps = ["support", "school", "events"];
const anyone = { when: "anyone", apps, resources: ["sessions"] };

async function served(path: string, ...policies: Record<string, unknown>[]): Promise<JsonObject> {
  const service = createTestService({ settings: policies.length > 0 ? { POLICIES: policiesOf(...policies) } : {} });
  const first = await (await service.send(path)).text();
  expect(await (await service.send(path)).text()).toBe(first);
  return parseObject(first);
}

function every(value: Json, visit: (object: JsonObject, key: string) => void, key = ""): void {
  if (isArray(value)) for (const item of value) every(item, visit, key);
  if (!isObject(value)) return;
  visit(value, key);
  for (const [name, child] of Object.entries(value)) every(child, visit, name);
}

const at = (document: Json, ...names: string[]): Json =>
  names.reduce<Json>((value, name) => (isObject(value) ? (value[name] ?? null) : null), document);

describe.each(paths)("%s of a deployment", (path) => {
  it("requires the fields that every policy shows, and has none that no policy shows", async () => {
    const document = await served(
      path,
      { ...anyone, apps: ["support"], fields: ["id", "status"] },
      { ...anyone, apps: ["school"], fields: ["id", "started_at"] },
    );
    for (const name of ["Session", "BreakoutRoom"]) {
      const schema = at(document, "components", "schemas", name);
      expect(Object.keys(at(schema, "properties") ?? {})).toEqual(["id", "status", "started_at"]);
      expect(at(schema, "required")).toEqual(["id"]);
    }
    const operation = at(document, "paths", "/v1/apps/{app}/sessions", "get", "responses", "200", "content");
    const [row] = at(operation, "application/json", "examples", "page", "value", "data", "sessions") as JsonObject[];
    expect(Object.keys(row ?? {})).toEqual(["id", "status", "started_at"]);
  });

  it("names apps that can be asked for, so that it works as it opens", async () => {
    const document = await served(path);
    const found: Json[] = [];
    every(document, (object) => {
      if (object["in"] === "path" && (object["name"] === "app" || object["name"] === "app_id")) found.push(object);
    });
    expect(found).toHaveLength(resources.flatMap(addressesOf).length);
    for (const parameter of found) {
      expect(Object.values(at(parameter, "examples") ?? {})).toEqual(apps.map((value) => ({ value })));
      expect(at(parameter, "example")).toBeNull();
      // An app id may have an underscore, so a pattern of aliases would refuse it.
      expect(at(parameter, "schema", "pattern")).toBeNull();
    }
  });

  it("has nothing that generators of clients are known to break on", async () => {
    const document = await served(path);
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/int64|uri-reference|If-None-Match"|"304"/);
    every(document, (object) => {
      const { pattern, format } = object;
      if (typeof pattern !== "string") return;
      expect([...pattern].filter((character) => character < " ")).toEqual([]);
      expect(pattern).not.toMatch(/\\u00|\\\//);
      expect(format).toBeUndefined();
    });
    every(document, (object, key) => {
      if (/^(?:id|associated_id|organization_id)$/.test(key)) expect(at(object, "pattern")).toBeNull();
    });
  });
});

describe("a problem", () => {
  it("says in its body how long to wait, where the offender stands, and where it is explained", async () => {
    const { send } = createTestService();
    const invalid = parseObject(await (await send("/v1/apps/support/sessions?page_no=x&a~b%2Fc=1")).text());
    expect(invalid).toMatchObject({
      detail: "page_no must be an integer from 1 to 10000; 1 more in errors.",
      retry_after: null,
      errors: [
        { parameter: "page_no", source: { pointer: "/query/page_no" }, documentation_url: "/problems/invalid-query" },
        { source: { pointer: "/query/a~0b~1c" } },
      ],
    });
    const limited = createTestService({ settings: { CLIENT_REQUESTS_PER_MINUTE: "1" } });
    await limited.send("/v1/apps/support/sessions");
    const answer = await limited.send("/v1/apps/support/sessions");
    expect(parseObject(await answer.text())).toMatchObject({ retry_after: Number(answer.headers.get("retry-after")) });
  });

  it("is explained under its code as bodies write it, and as its type does", async () => {
    const { send } = createTestService();
    const [one, other] = await Promise.all([send("/problems/invalid_query"), send("/problems/invalid-query")]);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(await one.text()).toBe(await other.text());
    expect((await send("/problems/invalid_-query")).status).toBe(404);
  });
});

it("what the service accepts is in the document: lower-case enums, and a blank before a search", async () => {
  const { send } = createTestService();
  for (const query of ["status=live", "sort_order=asc", "search=%20weekly"]) {
    expect((await send(`/v1/apps/support/sessions?${query}`)).status).toBe(200);
  }
  const document = await served("/openapi.json");
  const parameters = at(document, "components", "parameters");
  expect(at(parameters, "status", "schema", "enum")).toEqual(["LIVE", "ENDED", "live", "ended"]);
  expect(at(parameters, "search", "schema", "pattern")).toBeNull();
});
