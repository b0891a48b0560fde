// Every operation as the OpenAPI document describes it. The routes themselves are added in `src/http`, from the same paths and
// with handlers that validate by hand; a test walks both lists and finds what is only in one of them.
//
// Left out: the documentation page with its files, the redirect to it, and the way to the login and back, which are for people; and
// OPTIONS, which is CORS.
import type { RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import { accessPath } from "../src/http/access-route.ts";
import { exportMountsOf, mountsOf } from "../src/http/data-routes.ts";
import { templateOf } from "../src/http/deployment-document.ts";
import { documentPaths } from "../src/http/docs.ts";
import { exportForms } from "../src/http/export-form.ts";
import { purgePath } from "../src/http/purge-route.ts";
import { loginPaths } from "../src/http/login-routes.ts";
import { operationPaths } from "../src/http/operations.ts";
import { PurgeOrder } from "../src/resources/purge-order.ts";
import { exportOf } from "../src/resources/export.ts";
import { idNamesOf } from "../src/resources/read-query.ts";
import { resources } from "../src/resources/registry.ts";
import type { Resource } from "../src/resources/resource.ts";
import { webhookPath } from "../src/http/webhook-route.ts";
import { exampleAccess, exampleEvent, exampleExplanation } from "./examples.ts";
import {
  absentAnswer,
  emptyAnswer,
  fileAnswer,
  jsonAnswer,
  problemAnswers,
  problemReferences,
  streamAnswer,
} from "./responses.ts";
import {
  CallerAccess,
  Health,
  LoggedIn,
  LoggedOut,
  LogoutToken,
  OpenApiDocument,
  ProblemExplanation,
  Purged,
  ReadinessReport,
  WebhookEvent,
} from "./schemas.ts";

/** Every status of a problem that some operation answers with. */
export const problemStatuses = [400, 401, 403, 404, 429, 500, 502, 503, 504] as const;

const tags = { webhooks: ["Webhooks"], login: ["Login"], operations: ["Operations"], documents: ["Documentation"] };

/** `peer_reports` as people write it. */
export const tagOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

const appText = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(64)
    .meta({ description, examples: [example] });

const pageHeaders = ["age", "cache-status", "ratelimit", "ratelimit-policy", "server-timing"] as const;

const identityOrNone: NonNullable<RouteConfig["security"]> = [{ bearer: [] }, { cookie: [] }, {}];

const pathId = (name: string) =>
  z
    .string()
    .min(1)
    .max(64)
    .meta({
      description: `The ${name.replaceAll("_", " ")}; one of another shape, another app or another's meeting is a 404.`,
      examples: ["813432c7-3c5a-45e2-9acf-eef7061c7584"],
    });

const ownParameters = { app: appText("The app: its alias in the configuration, or its app id.", "demo") };
const sdkParameters = {
  account_id: z
    .string()
    .min(1)
    .max(32)
    .meta({ description: "`_`, or the account of the configuration; any other is a 404.", examples: ["_"] }),
  app_id: appText("The app: its app id, or its alias in the configuration.", "14a396e7-ca44-4937-bf1f-050a69118543"),
};

/** A resource at both of its mounts. */
function operationsOf(resource: Resource): readonly RouteConfig[] {
  const { operationId, summary, description, parameters, page, example, absent, holdsLinks } = resource;
  const { own, sdk, live } = mountsOf(resource);
  const ids = Object.fromEntries(idNamesOf(resource).map((name) => [name, pathId(name)]));
  const query = queryOf(parameters);
  const rules = rulesOf(resource);
  const events = z.string().meta({
    description:
      `Server-sent events, without end. \`page\`: the page, byte for byte the 200 of \`${operationId}\`; its ETag is the event's id. ` +
      "`problem`: a Problem. Lines that begin with a colon keep the connection open.",
    examples: ['event: page\nid: "0f3d"\ndata: {}\n\n'],
  });
  const shared = {
    method: "get" as const,
    tags: [tagOf(resource.name)],
    // Without one in a deployment that shows its pages to everybody, or behind Cloudflare Access, which adds its own.
    security: identityOrNone,
    responses: {
      200: jsonAnswer("The page.", {
        schema: page,
        example: { name: "page", summary: "A page", value: example },
        headers: holdsLinks ? pageHeaders : [...pageHeaders, "etag"],
      }),
      ...problemReferences(problemStatuses),
      ...(absent && "code" in absent ? { 404: absentAnswer(own) } : {}),
    },
  };
  return [
    {
      ...shared,
      path: templateOf(own),
      operationId,
      summary,
      description: `${description} ${rules}`,
      request: { params: z.object({ ...ownParameters, ...ids }), query },
    },
    {
      ...shared,
      path: templateOf(sdk),
      operationId: `${operationId}ForSdk`,
      summary: `${summary} at the upstream's path`,
      description:
        "The same page, byte for byte, at the path of the upstream, so that the official Cloudflare SDKs work with the base URL " +
        `\`https://<host>/client/v4\`. ${rules}`,
      request: { params: z.object({ ...sdkParameters, ...ids }), query },
    },
    {
      ...shared,
      path: templateOf(live),
      operationId: `${operationId}Live`,
      summary: `${summary} as a stream`,
      description:
        "The page at once, unless `Last-Event-ID` is its ETag, and again whenever its bytes change. Who may listen, and to what, is decided " +
        "as for the page, and holds until the credential ends, for ten minutes at most: browsers come back by themselves. A client may have " +
        "10 streams open. Where a proxy breaks streams, poll the page with its ETag.",
      responses: { 200: streamAnswer("The stream.", events), ...problemReferences(problemStatuses) },
      request: { params: z.object({ ...ownParameters, ...ids }), query },
    },
  ];
}

function rulesOf({ owner, holdsLinks }: Resource): string {
  const closed =
    "The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no " +
    "upstream request. What the caller may not see is left out or not found";
  const meeting =
    owner.by === "field"
      ? `; a caller who may see several meetings, and not all, has to name one with \`${owner.parameter}\`.`
      : ".";
  const cached = " Pages come from a cache and may be some seconds old, which `Age` tells";
  return holdsLinks
    ? `${closed}${meeting}${cached}. Links are secrets that end: nobody keeps the answer.`
    : `${closed}${meeting}${cached}; an unchanged page keeps its \`ETag\`. Conditional requests are answered as HTTP has it: with \`If-None-Match\` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.`;
}

const access: RouteConfig = {
  method: "get",
  path: accessPath,
  operationId: "getAccess",
  tags: tags.operations,
  summary: "What the caller may ask",
  description:
    "The apps, resources, fields, meetings and parameters that this caller may ask for, as the policies have it: a page that shows no more " +
    "than that never gets a 403. Whoever is identified is answered; `apps` is empty for a caller to whom nothing is allowed. An app that is " +
    "not the caller's is not in it. The answer changes with the configuration and with the caller's credential alone, and keeps its `ETag` until then.",
  security: identityOrNone,
  responses: {
    200: jsonAnswer("What the caller may ask.", {
      schema: CallerAccess,
      example: { name: "access", summary: "A caller with two meetings", value: exampleAccess },
      headers: ["etag", "ratelimit", "ratelimit-policy"],
    }),
    ...problemReferences([400, 401, 404, 429, 500, 503]),
  },
};

const queryOf = (parameters: Resource["parameters"]) =>
  z.object(
    Object.fromEntries(
      Object.entries(parameters).map(([name, { document }]) => [name, z.unknown().optional().meta(document)]),
    ),
  );

/** A list as a file, in each form. */
function exportsOf(list: Resource): readonly RouteConfig[] {
  const exported = exportOf(list);
  if (!exported) return [];
  const ids = Object.fromEntries(idNamesOf(list).map((name) => [name, pathId(name)]));
  return exportMountsOf(list).map(({ format, path }) => {
    const { title, lines, example } = exportWords[format];
    return {
      method: "get",
      path: templateOf(path),
      operationId: `${list.operationId}As${title}`,
      tags: [tagOf(list.name)],
      summary: `${list.summary} as ${title}`,
      description:
        `Every row of the list that the caller may see, oldest first, as a file. ${lines} The last line says whether it is all: \`complete\`, and ` +
        "`rows` of this file; where it is not all, `next` to go on with as `after`, `retry_after` in seconds (null where waiting does not help) and the `code` of what " +
        "ended it. Links are left out: they are secrets that end. What begins meanwhile is left out as well, where the list has a time range. An export costs a call upstream for " +
        "every page and waits for the budget for half a minute at most. A client may have 2 exports under way.",
      security: identityOrNone,
      request: { params: z.object({ ...ownParameters, ...ids }), query: queryOf(exported.parameters) },
      responses: {
        200: fileAnswer("The file.", exportForms[format].contentType, example),
        ...problemReferences(problemStatuses),
      },
    };
  });
}

const exportWords = {
  csv: {
    title: "Csv",
    lines:
      "The first line has the names of the fields; what is in an item has a cell as JSON; a text that a spreadsheet would take for a formula begins with an apostrophe. The last line begins with `#`.",
    example: 'id,status\r\n56093128,ENDED\r\n# {"complete":true,"rows":1}\r\n',
  },
  ndjson: {
    title: "Ndjson",
    lines: "Each line is a row as JSON.",
    example: '{"id":"56093128","status":"ENDED"}\n{"complete":true,"rows":1}\n',
  },
} as const;

const purge: RouteConfig = {
  method: "post",
  path: purgePath,
  operationId: "purgePages",
  tags: tags.operations,
  summary: "Have pages forgotten",
  description:
    "Every page of an app, or of what is about one meeting or one session, counts as stale at once: whoever asks next has it read anew. " +
    "While the upstream fails an older page is still shown, unless `hard` is true. Only for callers whose policy grants `purge`; an app that is " +
    "not theirs and one that is not there are the same 404. The body is closed: an unknown, missing or malformed key is a 400 that names " +
    "every offender at once. It has at most 4 KiB. Repeating a purge does no harm. Pages of other origins may purge where the operator allows their origin, and no others.",
  security: identityOrNone,
  request: {
    body: {
      required: true,
      description: "What is to be forgotten.",
      content: {
        "application/json": {
          schema: PurgeOrder,
          examples: {
            app: { summary: "All of an app", value: { app: "demo" } },
            meeting: {
              summary: "One meeting, and no older page at all",
              value: { app: "demo", meeting: "6bf2b8be-04dd-4191-b602-1128921a306b", hard: true },
            },
          },
        },
      },
    },
  },
  responses: {
    200: jsonAnswer("It is recorded.", {
      schema: Purged,
      example: {
        name: "purged",
        summary: "Recorded",
        value: { success: true, data: { sequence: 1_795_341_900_000 } },
      },
      headers: ["ratelimit", "ratelimit-policy"],
    }),
    ...problemReferences([401, 403, 404, 429, 500]),
    ...problemAnswers(
      [
        "invalid_query",
        "invalid_body",
        "malformed_request",
        "request_timeout",
        "too_large",
        "unsupported_type",
        "identity_unavailable",
        "change_unrecorded",
      ],
      purgePath,
    ),
  },
};

const deliveryHeader = (description: string, lengthMax: number, example: string) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .optional()
    .meta({ description, examples: [example] });

const signatureExample = `${"Zm9v".repeat(85)}Zg==`;

/** Only in the document of a deployment where people log in. */
const loginOperations: readonly RouteConfig[] = [
  {
    method: "get",
    path: loginPaths.me,
    operationId: "getMe",
    tags: tags.login,
    summary: "Who is logged in",
    description: "Does not prolong the login. For pages of this service, and of allowed origins of the same site.",
    security: [{ cookie: [] }],
    responses: {
      200: jsonAnswer("Somebody is.", {
        schema: LoggedIn,
        example: {
          name: "teacher",
          summary: "A teacher",
          value: {
            subject: "user-7",
            claims: { roles: ["teacher"] },
            ends_at: "2026-11-22T18:00:00.000Z",
            logout_url: "https://sessions.example.com/auth/logout",
          },
        },
      }),
      ...problemReferences([400, 401, 403, 429, 500, 503]),
    },
  },
  {
    method: "post",
    path: loginPaths.logout,
    operationId: "logOut",
    tags: tags.login,
    summary: "Log out",
    description:
      "Ends the login of this browser. A script is told where to send the person to log out at the provider as well; a form is sent there. For pages of this service, and of allowed origins of the same site. Logging out twice does no harm.",
    security: [{ cookie: [] }, {}],
    responses: {
      200: jsonAnswer("Logged out.", {
        schema: LoggedOut,
        example: {
          name: "provider",
          summary: "With a logout of the provider's",
          value: { redirect_to: "https://login.example.com/logout" },
        },
        headers: ["set-cookie"],
      }),
      303: emptyAnswer("Logged out, and to the provider's logout; the answer to a form.", ["location", "set-cookie"]),
      ...problemReferences([403, 429, 500]),
    },
  },
  {
    method: "post",
    path: loginPaths.backchannel,
    operationId: "endLogins",
    tags: tags.login,
    summary: "The provider ends logins",
    description:
      "For the OpenID provider alone, where logins are recorded (OpenID Connect Back-Channel Logout 1.0): what its signed token names is ended everywhere within seconds.",
    // Not by identity: by signature.
    security: [],
    request: {
      body: {
        required: true,
        description: "A form of 16 KiB at most.",
        content: { "application/x-www-form-urlencoded": { schema: LogoutToken } },
      },
    },
    responses: {
      200: emptyAnswer("Ended, or there was nothing to end."),
      ...problemAnswers(
        ["invalid_body", "malformed_request", "request_timeout", "too_large", "identity_unavailable"],
        loginPaths.backchannel,
      ),
      ...problemReferences([429, 500]),
    },
  },
];

/** Only in the document of a deployment that takes events. */
const webhookOperation: RouteConfig = {
  method: "post",
  path: webhookPath,
  operationId: "receiveEvent",
  tags: tags.webhooks,
  summary: "An event of RealtimeKit",
  description:
    "For RealtimeKit alone, which signs each event: RSASSA-PKCS1-v1_5 with SHA-256 over the body's bytes. An event says where to look again; " +
    "nothing in it is shown to anybody. What was taken before, is of another app or is no event that this service knows gets a 204 too. " +
    "RealtimeKit sends again what got a 5xx, and nothing else.",
  // Not by identity: by signature.
  security: [],
  request: {
    headers: z.object({
      "rtk-signature": deliveryHeader(
        "The signature in base64. A delivery without it, or `dyte-signature` in its place, is refused before its body is read.",
        1_368,
        signatureExample,
      ),
      "rtk-uuid": deliveryHeader(
        "The delivery's name, by which a repetition is known.",
        128,
        "6d0b1f2e-8f2c-4a55-9c11-6b1f3a7e2d10",
      ),
      "dyte-signature": deliveryHeader(
        "The same under its old name, where there is no new one.",
        1_368,
        signatureExample,
      ),
      "dyte-uuid": deliveryHeader(
        "The same under its old name, where there is no new one.",
        128,
        "6d0b1f2e-8f2c-4a55-9c11-6b1f3a7e2d10",
      ),
    }),
    body: {
      description: "The event as RealtimeKit describes it: one JSON object of 256 KiB at most.",
      required: true,
      content: { "application/json": { schema: WebhookEvent, examples: { started: exampleEvent } } },
    },
  },
  responses: {
    204: emptyAnswer("Taken, or nothing to be done."),
    ...problemAnswers(
      [
        "invalid_body",
        "malformed_request",
        "invalid_signature",
        "request_timeout",
        "too_large",
        "overloaded",
        "webhook_unavailable",
      ],
      webhookPath,
    ),
    ...problemReferences([500]),
  },
};

export const operations: readonly RouteConfig[] = [
  ...resources.flatMap((resource) => [...operationsOf(resource), ...exportsOf(resource)]),
  access,
  purge,
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
  ...loginOperations,
  webhookOperation,
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
