// The document itself: that it is what the service generates, that it knows every route, and that nothing in it goes unexplained.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { failureCodes, problemTable } from "../../src/http/problem-table.ts";
import { answerHeaderNames } from "../../src/http/headers.ts";
import { isArray, isObject } from "../../src/http/document-json.ts";
import type { Json, JsonObject } from "../../src/http/document-json.ts";
import { openApiDocument } from "../../openapi/document.ts";
import { serialiseDocument } from "../../openapi/json.ts";
import { toOpenApi30 } from "../../openapi/version-30.ts";
import { digest } from "../../src/entries/digest.ts";
import { loginOf } from "../../src/entries/login.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { loginPaths } from "../../src/http/login-routes.ts";
import { configFor, createTestService } from "../support/app.ts";
import { policiesOf } from "../support/callers.ts";
import { loginDeployment } from "../support/login-settings.ts";
import { parseObject, readDocument } from "../support/document.ts";

const root = path.join(import.meta.dirname, "..", "..");
const document = openApiDocument();
const { operations, postOperations } = readDocument();
const run = async (...options: string[]) =>
  promisify(execFile)(process.execPath, [path.join(root, "scripts", "openapi.ts"), ...options], { cwd: root });

describe("the committed files", () => {
  test("are what the descriptions generate", async () => {
    await expect(run("--check")).resolves.toMatchObject({ stderr: "" });
  });

  test("give Redocly nothing to complain about, and score 85 or better", async () => {
    const { stdout } = await run("--lint");
    const scores = [...stdout.matchAll(/score ([\d.]+) of 100/g)].map(([, score]) => Number(score));
    expect(scores).toHaveLength(2);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(85);
  });

  test("carry the version of the package", async () => {
    const manifest = parseObject(await readFile(path.join(root, "package.json"), "utf8"));
    expect(document["info"]).toMatchObject({ version: manifest["version"], license: { name: manifest["license"] } });
  });
});

test("two builds of the document are the same bytes", () => {
  expect(serialiseDocument(openApiDocument())).toBe(serialiseDocument(document));
});

test("every route is an operation, except the pages for people, and every operation is a route", () => {
  const settings = {
    ...loginDeployment,
    SESSION_STORE: "kv",
    POLICIES: policiesOf({ grants: ["purge"] }),
    WEBHOOKS: "on",
  };
  const login = loginOf(configFor(settings), { fetch, clock: systemClock, digest });
  const { app } = createTestService({ settings, services: { login } });
  const forPeople = (route: string) =>
    /^\/(?:$|docs|dashboard\/|elements)/.test(route) || route === loginPaths.login || route === loginPaths.callback;
  const routesOf = (taken: string) =>
    app.routes
      .filter(({ method, path: route }) => method === taken && !forPeople(route))
      .map((route) => route.path.replaceAll(/:(\w+)/g, "{$1}"));
  expect(routesOf("GET").sort()).toEqual(operations.map((operation) => operation.path).sort());
  expect(routesOf("POST").sort()).toEqual(postOperations.map((operation) => operation.path).sort());
});

test("no address in the document depends on a host, and no operation asks for an identity", () => {
  expect(document["servers"]).toEqual([expect.objectContaining({ url: "/" })]);
  expect(document["security"]).toEqual([]);
});

test("every operation has an id of its own, a summary, a description and a tag that is explained", () => {
  const known = listOf(document["tags"]).map((tag) => (isObject(tag) ? tag["name"] : undefined));
  const found = operationsOf(document);
  expect(new Set(found.map(({ operationId }) => operationId)).size).toBe(found.length);
  for (const operation of found) {
    expect(operation).toMatchObject({
      operationId: expect.stringMatching(/^[a-z][A-Za-z0-9]+$/),
      summary: expect.stringMatching(/\S/),
      description: expect.stringMatching(/\S/),
      tags: [expect.toBeOneOf(known)],
    });
  }
});

test("every body of an answer has an example", () => {
  const media = everyObject(document).filter(({ key }) => /^application\/(?:problem\+)?json$/.test(key));
  expect(media.length).toBeGreaterThanOrEqual(operations.length);
  for (const { value } of media) expect(Object.keys(objectOf(value["examples"])).length).toBeGreaterThan(0);
});

test("every parameter, header and property is described and has an example", () => {
  const { schemas, headers, parameters } = objectOf(document["components"]);
  const inPaths = operationsOf(document).flatMap((operation) => listOf(operation["parameters"]));
  const described = [...Object.values(objectOf(parameters)), ...Object.values(objectOf(headers)), ...inPaths]
    .filter(isObject)
    .filter((entry) => !("$ref" in entry))
    // An example in a form that is filled in must work, so a filter has none.
    .map((entry): JsonObject => ({
      description: entry["description"] ?? null,
      examples: [],
      ...objectOf(entry["schema"]),
    }));
  const properties = everyObject(objectOf(schemas))
    .filter(({ key }) => key === "properties")
    .flatMap(({ value }) => Object.values(value).filter(isObject))
    .filter((property) => !("$ref" in property));
  // What is made of schemas that are described themselves needs no example of its own.
  const needsExample = (schema: JsonObject) => !("properties" in schema) && !("$ref" in objectOf(schema["items"]));
  const all = [...described, ...properties];
  expect(all.length).toBeGreaterThan(60);
  for (const schema of all) {
    const isComplete = typeof schema["description"] === "string" && (!needsExample(schema) || "examples" in schema);
    expect(isComplete ? [] : schema).toEqual([]);
  }
});

test("there is one schema of a problem, with every code, and every problem is an example of its status", () => {
  const { schemas } = objectOf(document["components"]);
  expect(objectOf(objectOf(objectOf(schemas)["Problem"])["properties"])["code"]).toMatchObject({ enum: failureCodes });
  const examples = everyObject(document)
    .filter(({ key }) => key === "application/problem+json")
    .flatMap(({ value }) => {
      expect(value["schema"]).toEqual({ $ref: "#/components/schemas/Problem" });
      return Object.entries(objectOf(value["examples"]));
    });
  const nowhere = ["method_not_allowed", "headers_too_large"];
  expect([...new Set(examples.map(([code]) => code))].sort()).toEqual(
    failureCodes.filter((code) => !nowhere.includes(code)).sort(),
  );
  for (const code of failureCodes.filter((each) => !nowhere.includes(each))) {
    const { title, status } = problemTable[code];
    expect(Object.fromEntries(examples)[code]).toMatchObject({ value: { code, title, status } });
  }
});

test("every header is described once, by reference, and is one that an answer may carry", () => {
  const headers = objectOf(objectOf(document["components"])["headers"]);
  const known: readonly string[] = answerHeaderNames;
  expect(Object.keys(headers).filter((name) => !known.includes(name.toLowerCase()))).toEqual([]);
  const used = everyObject(document).filter(({ key, value }) => key === "headers" && value !== headers);
  for (const { value } of used) {
    for (const [name, header] of Object.entries(value)) {
      // Where an answer may have a header that others must have, it says so beside the same description.
      const optional = { ...objectOf(headers[name]), required: false };
      expect([{ $ref: `#/components/headers/${name}` }, optional]).toContainEqual(header);
    }
  }
});

describe("the 3.0.3 twin", () => {
  const twin = toOpenApi30(document);

  test("is what a build makes of the committed document", async () => {
    await promisify(execFile)(process.execPath, [path.join(root, "scripts", "build-assets.ts")], { cwd: root });
    const built = await readFile(path.join(root, "dist", "assets", "openapi-3.0.json"), "utf8");
    expect(built).toBe(serialiseDocument(twin));
  });

  test("says nothing in words that only 3.1 knows", () => {
    expect(twin["openapi"]).toBe("3.0.3");
    const objects = everyObject(twin).filter(({ path: place }) => !place.includes("examples"));
    for (const { value } of objects) {
      expect(isArray(value["type"]) || isArray(value["examples"]) || "const" in value ? value : {}).toEqual({});
    }
    expect(objectOf(twin["info"])).toMatchObject({ license: { name: "MIT", url: expect.stringMatching(/^https:/) } });
  });

  test("says the same: operations, parameters, properties and what may be null", () => {
    const shape = (value: JsonObject) =>
      operationsOf(value).map((operation) => [operation["operationId"], Object.keys(objectOf(operation["responses"]))]);
    expect(shape(twin)).toEqual(shape(document));
    const properties = (value: JsonObject) =>
      everyObject(objectOf(objectOf(value["components"])["schemas"]))
        .filter(({ key }) => key === "properties")
        .map(({ value: named }) =>
          Object.entries(named).map(([name, schema]) => {
            const { type, nullable } = objectOf(schema);
            return [name, nullable === true || (isArray(type) && type.includes("null"))];
          }),
        );
    expect(properties(twin)).toEqual(properties(document));
    expect(JSON.stringify(properties(twin))).toContain('["ended_at",true]');
  });
});

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

function operationsOf(value: JsonObject): JsonObject[] {
  return Object.values(objectOf(value["paths"])).flatMap((item) =>
    ["get", "post"].map((method) => objectOf(item)[method]).filter(isObject),
  );
}

type Found = { key: string; path: readonly string[]; value: JsonObject };

/** Every object in a value, with the key it stands under and the keys above. */
function everyObject(value: Json, above: readonly string[] = []): Found[] {
  if (isArray(value)) return value.flatMap((item) => everyObject(item, above));
  if (!isObject(value)) return [];
  const below = Object.entries(value).flatMap(([key, member]) => everyObject(member, [...above, key]));
  return [{ key: above.at(-1) ?? "", path: above, value }, ...below];
}
