// What openapi.json promises, as a judge of answers: status, content type, headers and body.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { documentOf } from "../../src/http/deployment-document.ts";
import type { Deployment } from "../../src/http/deployment-document.ts";
import { isArray, isObject } from "../../src/http/document-json.ts";
import type { Json, JsonObject } from "../../src/http/document-json.ts";

export type Operation = {
  id: string;
  /** As documented, with `{names}`. */
  path: string;
  parameters: readonly Parameter[];
};

export type Parameter = { name: string; in: string; required: boolean; schema: JsonObject };

export type ContractDocument = {
  json: JsonObject;
  /** Those that read. */
  operations: readonly Operation[];
  /** Those that take a body. */
  postOperations: readonly Operation[];
  /** The operation that a raw path belongs to; one that reads unless told otherwise. None for a method that the document never has. */
  operationAt(path: string, method?: string): Operation | undefined;
  /** Everything about the answer that the document does not say; empty when it keeps to the document. */
  violations(path: string, answer: Answer): string[];
};

export type Answer = { method: string; status: number; headers: Headers; body: string };

const isStream = (headers: Headers) => headers.get("content-type") === "text/event-stream";

const isExport = (headers: Headers) => /^(?:text\/csv|application\/x-ndjson)$/.test(headers.get("content-type") ?? "");

/** What a stream begins with: how soon to come back, and its first event. */
const firstEvents = (response: Response) => beginningOf(response, (text) => text.split("\n\n").length >= 3);

/** What an export begins with: its first lines. */
const firstLines = (response: Response) => beginningOf(response, (text) => text.includes("\n"));

async function beginningOf(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!isEnough(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text;
}

/** Reads the answer to its end; of a stream its first event, of an export its first lines. */
export async function answerOf(method: string, response: Response): Promise<Answer> {
  const { status, headers } = response;
  const read = isStream(headers) ? firstEvents : isExport(headers) ? firstLines : (whole: Response) => whole.text();
  return { method, status, headers, body: await read(response) };
}

const file = join(import.meta.dirname, "..", "..", "openapi.json");

const documents = new Map<string, ContractDocument>();

/** The committed document, or the one that a deployment serves. Read once each: its schemas take a while to compile. */
export function readDocument(deployment?: Deployment): ContractDocument {
  const name = JSON.stringify(deployment ?? null);
  const document = documents.get(name) ?? openDocument(deployment);
  documents.set(name, document);
  return document;
}

function openDocument(deployment: Deployment | undefined): ContractDocument {
  const published = parseObject(readFileSync(file, "utf8"));
  const json = deployment ? documentOf(published, deployment) : published;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(json, "document");

  const resolve = (value: Json | undefined): JsonObject => {
    const object = isObject(value) ? value : {};
    const { $ref } = object;
    return typeof $ref === "string" ? resolve(at(json, pointerParts($ref))) : object;
  };

  const paths = resolve(json["paths"]);
  const operationsOf = (method: "get" | "post") =>
    Object.entries(paths).flatMap(([path, item]): Operation[] => {
      if (resolve(item)[method] === undefined) return [];
      const operation = resolve(resolve(item)[method]);
      const parameters = isArray(operation["parameters"]) ? operation["parameters"].map((entry) => resolve(entry)) : [];
      return [
        {
          id: textOf(operation["operationId"]),
          path,
          parameters: parameters.map((entry) => ({
            name: textOf(entry["name"]),
            in: textOf(entry["in"]),
            required: entry["required"] === true,
            schema: resolve(entry["schema"]),
          })),
        },
      ];
    });
  const [operations, postOperations] = [operationsOf("get"), operationsOf("post")];
  const withPattern = (operation: Operation) => ({ operation, pattern: patternOf(operation.path) });
  const patterns = new Map([
    ["GET", operations.map(withPattern)],
    ["POST", postOperations.map(withPattern)],
  ]);
  const operationAt = (path: string, method = "GET") =>
    patterns.get(method)?.find(({ pattern }) => pattern.test(path))?.operation;

  return {
    json,
    operations,
    postOperations,
    operationAt,
    violations(path, answer) {
      const isPost = answer.method === "POST";
      const operation = operationAt(path, isPost ? "POST" : "GET");
      // As HTTP has it for every answer with an ETag; described in words.
      if (operation && answer.status === 304) return answer.body === "" ? [] : ["a 304 with a body"];
      const item = resolve(paths[operation?.path ?? ""]);
      const responses = resolve(resolve(item[isPost ? "post" : "get"])["responses"]);
      const documented = responses[String(answer.status)];
      if (!operation || documented === undefined) return [`status ${answer.status} is not documented for ${path}`];
      const response = resolve(documented);
      return [...headerViolations(resolve(response["headers"]), answer), ...bodyViolations(path, response, answer)];
    },
  };

  function headerViolations(headers: JsonObject, answer: Answer): string[] {
    const known = new Map(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), resolve(header)]));
    const undocumented = [...answer.headers.keys()].filter((name) => name !== "content-type" && !known.has(name));
    const problems = undocumented.map((name) => `header ${name} is not documented`);
    for (const [name, header] of known) {
      const value = answer.headers.get(name);
      if (value === null && header["required"] === true) problems.push(`header ${name} is missing`);
      const schema = resolve(header["schema"]);
      const read = value !== null && schema["type"] === "integer" && /^\d+$/.test(value) ? Number(value) : value;
      if (read !== null && !ajv.validate(schema, read)) problems.push(`header ${name}: ${ajv.errorsText()}`);
    }
    return problems;
  }

  function bodyViolations(path: string, response: JsonObject, { method, headers, body }: Answer): string[] {
    const content = resolve(response["content"]);
    const type = headers.get("content-type");
    if (Object.keys(content).length === 0) return body === "" && type === null ? [] : ["a body is not documented"];
    const media = type === null ? undefined : content[type];
    if (media === undefined) return [`content type ${type ?? "(none)"} is not documented`];
    if (method === "HEAD") return body === "" ? [] : ["HEAD has a body"];
    if (isStream(headers)) return streamViolations(path, body);
    if (isExport(headers)) return /^(?:[a-z_]+(?:,[a-z_]+)*\r\n|\{".*\}\n)/.test(body) ? [] : ["no export begins so"];
    const { schema } = resolve(media);
    if (!isObject(schema)) return ["the body has no schema"];
    const reference = textOf(schema["$ref"]);
    const validate = ajv.getSchema(`document${reference}`);
    if (!validate) return [`there is no schema ${reference}`];
    return validate(JSON.parse(body)) ? [] : [ajv.errorsText(validate.errors)];
  }

  /** The first event is the page that the same path without `live` answers with, or a problem. */
  function streamViolations(path: string, text: string): string[] {
    const match = /^retry: [1-5]\d{3}\n\n(?:event: (page|problem)\n(?:id: "[^"\n]+"\n)?data: (.*)\n\n)?/.exec(text);
    if (!match) return ["the stream does not begin as it should"];
    const [, event, data = ""] = match;
    if (event === undefined) return [];
    const page = resolve(
      resolve(resolve(paths[operationAt(path.replace("/live/", "/"))?.path ?? ""])["get"])["responses"],
    );
    const type = event === "page" ? "application/json" : "application/problem+json";
    const status = event === "page" ? "200" : "404";
    const headers = new Headers({ "content-type": type });
    return bodyViolations(path, resolve(page[status]), { method: "GET", status: Number(status), headers, body: data });
  }
}

/** The text, or nothing: what is missing here turns up as a mismatch. */
export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);

const pointerParts = (reference: string) => reference.replace(/^#\//, "").split("/");

function at(value: Json | undefined, parts: readonly string[]): Json | undefined {
  const [first, ...rest] = parts;
  if (first === undefined) return value;
  return isObject(value) ? at(value[first], rest) : undefined;
}

export function parseObject(text: string): JsonObject {
  const value = JSON.parse(text) as Json;
  if (!isObject(value)) throw new Error("not an object");
  return value;
}
