// Every operation as the OpenAPI document describes it. The routes themselves are added in `src/http`, from the same paths and
// with handlers that validate by hand; a test walks both lists and finds what is only in one of them.
//
// Left out: the documentation page with its files and the redirect to it, which are for people, and OPTIONS, which is CORS.
import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { documentPaths } from "../src/http/docs.ts";
import { operationPaths } from "../src/http/operations.ts";
import { sessionListPaths } from "../src/http/sessions.ts";
import { SessionPage } from "../src/sessions/page.ts";
import { SessionQueryParameters } from "../src/sessions/query.ts";
import { exampleExplanation, examplePage } from "./examples.ts";
import { jsonAnswer, problemReferences } from "./responses.ts";
import { Health, OpenApiDocument, ProblemExplanation, ReadinessReport } from "./schemas.ts";

/** Every status of a problem that some operation answers with. */
export const problemStatuses = [400, 401, 403, 404, 429, 500, 502, 503, 504] as const;

/** A path as hono writes it (`:app`) in the writing of OpenAPI (`{app}`). */
const templateOf = (path: string) => path.replaceAll(/:(\w+)/g, "{$1}");

const tags = { sessions: ["Sessions"], operations: ["Operations"], documents: ["Documentation"] };

const appText = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(64)
    .meta({ description, examples: [example] });

const listHeaders = ["age", "cache-status", "etag", "ratelimit", "ratelimit-policy", "server-timing"] as const;

const identityOrNone: RouteConfig["security"] = [{ bearer: [] }, {}];

const sessionList = {
  method: "get",
  tags: tags.sessions,
  // Without one in a deployment that shows its pages to everybody, or behind Cloudflare Access, which adds its own.
  security: identityOrNone,
  responses: {
    200: jsonAnswer("The page.", {
      schema: SessionPage,
      example: { name: "page", summary: "A page with a live session", value: examplePage },
      headers: listHeaders,
    }),
    ...problemReferences(problemStatuses),
  },
} as const;

const listRules =
  "The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no " +
  "upstream request. What the caller may not see is left out or not found; a caller who may see several meetings, and not all, " +
  "has to name one with `associated_id`. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.";

export const operations: readonly RouteConfig[] = [
  {
    ...sessionList,
    path: templateOf(sessionListPaths.own),
    operationId: "listSessions",
    summary: "List sessions",
    description: `A page of an app's sessions, newest first unless asked otherwise. ${listRules}`,
    request: {
      params: z.object({ app: appText("The app: its alias in the configuration, or its app id.", "demo") }),
      query: SessionQueryParameters,
    },
  },
  {
    ...sessionList,
    path: templateOf(sessionListPaths.sdk),
    operationId: "listSessionsForSdk",
    summary: "List sessions at the upstream's path",
    description:
      "The same page, byte for byte, at the path of the upstream, so that the official Cloudflare SDKs work with the base URL " +
      `\`https://<host>/client/v4\`. ${listRules}`,
    request: {
      params: z.object({
        account_id: z
          .string()
          .min(1)
          .max(32)
          .meta({ description: "`_`, or the account of the configuration; any other is a 404.", examples: ["_"] }),
        app_id: appText(
          "The app: its app id, or its alias in the configuration.",
          "14a396e7-ca44-4937-bf1f-050a69118543",
        ),
      }),
      query: SessionQueryParameters,
    },
  },
  {
    method: "get",
    path: templateOf(operationPaths.health),
    operationId: "getHealth",
    tags: tags.operations,
    summary: "Is it alive?",
    description: "Answers as long as the service runs at all, whatever its configuration and its parts are like.",
    responses: {
      200: jsonAnswer("It is alive.", {
        schema: Health,
        example: { name: "alive", summary: "Alive", value: { status: "alive" } },
      }),
      ...problemReferences([404, 500]),
    },
  },
  {
    method: "get",
    path: templateOf(operationPaths.readiness),
    operationId: "getReadiness",
    tags: tags.operations,
    summary: "Is it ready?",
    description: "Whether the configuration could be read and every part answers. Never asks the upstream.",
    responses: {
      200: jsonAnswer("It is ready.", {
        schema: ReadinessReport,
        example: { name: "ready", summary: "Ready", value: { status: "ready", checks: { store: "ok", shield: "ok" } } },
      }),
      503: jsonAnswer("It is not ready; `checks` tells which part failed.", {
        schema: ReadinessReport,
        example: {
          name: "not_ready",
          summary: "A store that does not answer",
          value: { status: "not_ready", checks: { store: "failed", shield: "ok" } },
        },
      }),
      ...problemReferences([404, 500]),
    },
  },
  {
    method: "get",
    path: templateOf(operationPaths.problem),
    operationId: "getProblem",
    tags: tags.documents,
    summary: "Explain a problem",
    description: "What a kind of problem means and what to do about it: where the `type` of every problem points.",
    request: {
      params: z.object({
        code: z
          .string()
          .regex(/^[a-z]+(?:[-_][a-z]+)*$/)
          .max(64)
          .meta({ description: "The problem's code, with hyphens or underscores.", examples: ["invalid-query"] }),
      }),
    },
    responses: {
      200: jsonAnswer("The explanation.", {
        schema: ProblemExplanation,
        example: { name: "invalid_query", summary: "Of an invalid query", value: exampleExplanation },
      }),
      ...problemReferences([404, 500]),
    },
  },
  documentOperation(documentPaths[0], "getOpenApi", "3.1.1"),
  documentOperation(documentPaths[1], "getOpenApi30", "3.0.3"),
];

function documentOperation(path: string, operationId: string, openapi: string): RouteConfig {
  return {
    method: "get",
    path,
    operationId,
    tags: tags.documents,
    summary: `This document as OpenAPI ${openapi}`,
    description: `Everything that a program needs to know about this service, as OpenAPI ${openapi}.`,
    responses: {
      200: jsonAnswer("The document.", {
        schema: OpenApiDocument,
        example: {
          name: "document",
          summary: "Its beginning",
          value: { openapi, info: { title: "realtimekit-bff", version: "0.1.0" }, paths: { "/healthz": {} } },
        },
        headers: ["etag"],
      }),
      ...problemReferences([404, 500]),
    },
  };
}
