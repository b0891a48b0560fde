// What the generator makes of the document: a resource that is added tomorrow has its methods, and a document that the client could not keep
// its word for is refused.
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../openapi/document.ts";
import { clientOperations } from "../../scripts/client-operations.ts";
import { isObject, mapObject } from "../../src/http/document-json.ts";
import type { Json, JsonObject } from "../../src/http/document-json.ts";

const document = openApiDocument();
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const paths = objectOf(document["paths"]);

/** The operation of a path with these members in place of its own. */
const changed = (path: string, members: JsonObject): JsonObject => ({
  get: { ...objectOf(objectOf(paths[path])["get"]), ...members },
});

const withPaths = (more: JsonObject): JsonObject => ({ ...document, paths: { ...paths, ...more } });

const whiteboards = {
  "/v1/apps/{app}/whiteboards": changed("/v1/apps/{app}/recordings", {
    operationId: "listWhiteboards",
    summary: "List whiteboards",
    tags: ["Whiteboards"],
  }),
  "/v1/live/apps/{app}/whiteboards": changed("/v1/live/apps/{app}/recordings", { operationId: "listWhiteboardsLive" }),
};

describe("a resource that is new in the document", () => {
  it("has its methods, with the types of its own query and page", () => {
    const text = clientOperations(withPaths(whiteboards));
    expect(text).toContain('  whiteboards: {\n    list: "{app}/whiteboards",\n  },');
    expect(text).toContain(
      'readonly list: (app: string, query?: Query<"listWhiteboards">, options?: ReadOptions) => Promise<Answer<"listWhiteboards">>;',
    );
    expect(text).toContain(
      'readonly watch: Watch<[app: string, query: Query<"listWhiteboards">], Answer<"listWhiteboards">>;',
    );
    expect(text).toContain("readonly all: (app: string");
  });

  it("is refused without a stream, with smaller pages, or under a name that is taken", () => {
    const [path = "", livePath = ""] = Object.keys(whiteboards);
    const { [path]: alone } = whiteboards as JsonObject;
    expect(() => clientOperations(withPaths({ [path]: objectOf(alone) }))).toThrow(
      "listWhiteboards can't be listened to",
    );
    const small = changed("/v1/apps/{app}/recordings", {
      operationId: "listWhiteboards",
      tags: ["Whiteboards"],
      parameters: [{ name: "per_page", in: "query", schema: { maximum: 50 } }],
    });
    expect(() => clientOperations(withPaths({ ...whiteboards, [path]: small }))).toThrow(
      "listWhiteboards has no pages of 100",
    );
    const twin = { ...mapObject(whiteboards, (item) => item) };
    const other = { [`${path}/all`]: objectOf(twin[path]), [`${livePath}/all`]: objectOf(twin[livePath]) };
    expect(() => clientOperations(withPaths({ ...whiteboards, ...other }))).toThrow(
      "listWhiteboards has a name that is taken",
    );
    const odd = changed("/v1/apps/{app}/recordings", { operationId: "findWhiteboards", tags: ["Whiteboards"] });
    expect(() => clientOperations(withPaths({ ...whiteboards, [path]: odd }))).toThrow(
      "does not begin with list or get",
    );
  });

  it("is left out where it is no page: files and what is posted are for others", () => {
    const file = {
      [`/v1/apps/{app}/sessions.csv`]: {
        get: { operationId: "exportSessions", responses: { 200: { content: { "text/csv": {} } } } },
      },
    };
    expect(clientOperations(withPaths(file))).toBe(clientOperations(document));
  });
});
