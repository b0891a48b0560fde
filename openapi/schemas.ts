// The bodies of everything but sessions as schemas, for the OpenAPI document alone: our own answers need no validation on the
// way out, and a contract test checks each of them against the document.
import * as z from "zod";
import { AUTH_MODES } from "../src/config/readers.ts";
import { failureCodes } from "../src/http/problem-table.ts";
import { grantNames } from "../src/policy/grammar.ts";
import { resourceNames } from "../src/resources/registry.ts";

const code = z.enum(failureCodes).meta({
  description: "What went wrong, for programs. Explained at the address in `type`.",
  examples: ["invalid_query"],
});

const status = z
  .int()
  .min(400)
  .max(599)
  .meta({ format: "int32", description: "The status of the answer.", examples: [400] });

const type = z
  .string()
  .min(1)
  .max(64)
  .meta({
    description: "Where this kind of problem is explained, relative to this service.",
    examples: ["/problems/invalid-query"],
  });

const title = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: "The kind of problem in a few words.", examples: ["Invalid query"] });

const detail = z
  .string()
  .min(1)
  .max(512)
  .meta({
    description: "What happened, in a sentence or two.",
    examples: ["page_no must be an integer from 1 to 10000; 2 more in errors."],
  });

const ProblemError = z
  .strictObject({
    code: z
      .int()
      .min(4000)
      .max(5999)
      .meta({ format: "int32", description: "The kind of problem as a number.", examples: [4001] }),
    message: z
      .string()
      .min(1)
      .max(512)
      .meta({
        description: "What is wrong, and what would be right.",
        examples: ["per_page must be an integer from 1 to 100"],
      }),
    parameter: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: "The query parameter concerned; `query` stands for the query as a whole.",
        examples: ["per_page"],
      }),
    source: z
      .strictObject({
        pointer: z
          .string()
          .min(1)
          .max(256)
          .meta({
            description: "A JSON pointer to the part of the request: a query parameter, or a key of the body.",
            examples: ["/query/per_page"],
          }),
      })
      .optional()
      .meta({ description: "Where in the request it is; absent where no part of it is concerned." }),
    documentation_url: z
      .string()
      .min(1)
      .max(64)
      .meta({
        description: "Where this kind of problem is explained, relative to this service.",
        examples: ["/problems/invalid-query"],
      }),
  })
  .meta({ id: "ProblemError", description: "One thing that is wrong." });

export const Problem = z
  .strictObject({
    type,
    title,
    status,
    detail,
    instance: z
      .string()
      .min(1)
      .max(256)
      .meta({
        description: "The path that was asked for, at most 256 characters of it.",
        examples: ["/v1/apps/demo/sessions"],
      }),
    code,
    request_id: z
      .uuid()
      .max(36)
      .meta({
        description: "The id of the request, as in X-Request-Id; the operator finds it in the log.",
        examples: ["7c2f4a52-9f5e-4f0c-8a43-1d6a3f0a5f10"],
      }),
    retry_after: z
      .int()
      .min(1)
      .max(59)
      .nullable()
      .meta({
        format: "int32",
        description:
          "Seconds to wait before the request is worth repeating, as in Retry-After; null where waiting does not help.",
        examples: [12],
      }),
    login_url: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({
        description: "Where a person logs in; only with `unauthorized`, and only where this service has a login.",
        examples: ["https://sessions.example.com/auth/login"],
      }),
    success: z.literal(false).meta({ description: "Always false, as in a Cloudflare v4 failure.", examples: [false] }),
    errors: z.array(ProblemError).min(1).max(20).meta({
      description:
        "Everything that is wrong, at once: an entry for each offending parameter or key, else a single one.",
    }),
    messages: z
      .array(z.string().max(512))
      .max(0)
      .meta({ description: "Always empty; part of a Cloudflare v4 failure.", examples: [[]] }),
    message: z
      .string()
      .min(1)
      .max(512)
      .meta({
        description: "The same as `detail`, where some SDKs look for it.",
        examples: ["The upstream did not answer in time."],
      }),
  })
  .meta({
    id: "Problem",
    description: "An error: a problem document (RFC 9457) that is also a Cloudflare v4 failure.",
  });
export type Problem = z.infer<typeof Problem>;

/** The page under `/problems/{code}`. */
export const ProblemExplanation = z
  .strictObject({
    type,
    code,
    status,
    title,
    detail,
    advice: z
      .string()
      .min(1)
      .max(512)
      .meta({
        description: "What to do about it.",
        examples: ["Correct every parameter named in errors and ask again. Nothing was sent upstream."],
      }),
  })
  .meta({ id: "ProblemExplanation", description: "What a kind of problem means and what to do about it." });
export type ProblemExplanation = z.infer<typeof ProblemExplanation>;

/** Who is logged in. */
export const LoggedIn = z
  .strictObject({
    subject: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: "The provider's name for the person.", examples: ["user-7"] }),
    claims: z.record(z.string(), z.unknown()).meta({
      description: "What the provider says of the person, as far as policies look at it.",
      examples: [{ roles: ["teacher"] }],
    }),
    ends_at: z
      .string()
      .max(32)
      .meta({
        format: "date-time",
        description: "When the login ends, used or not.",
        examples: ["2026-11-22T18:00:00.000Z"],
      }),
    logout_url: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: "Where a POST logs out.", examples: ["https://sessions.example.com/auth/logout"] }),
  })
  .meta({ id: "LoggedIn", description: "Who is logged in." });

export const LoggedOut = z
  .strictObject({
    redirect_to: z
      .string()
      .min(1)
      .max(2_048)
      .nullable()
      .meta({
        description: "Where to send the person to log out at the provider as well; null where it has no such place.",
        examples: ["https://login.example.com/logout"],
      }),
  })
  .meta({ id: "LoggedOut", description: "The login of this browser has ended." });

export const LogoutToken = z
  .looseObject({
    logout_token: z
      .string()
      .min(1)
      .max(8_192)
      .meta({ description: "A signed JWT of the provider.", examples: ["eyJhbGciOiJSUzI1NiJ9.e30.c2ln"] }),
  })
  .meta({ id: "LogoutToken", description: "Which logins the provider ends." });

/** The answer to a purge. */
export const Purged = z
  .strictObject({
    success: z.literal(true).meta({ description: "Always true, as in a Cloudflare v4 answer.", examples: [true] }),
    data: z
      .strictObject({
        sequence: z
          .int()
          .min(1)
          .max(Number.MAX_SAFE_INTEGER)
          .meta({
            description: "The place of the purge in the log of changes: larger than that of every earlier one.",
            examples: [1_795_341_900_000],
          }),
      })
      .meta({ description: "What was recorded." }),
  })
  .meta({ id: "Purged", description: "A purge was recorded: whoever asks next is shown no older page as fresh." });

const nameList = (description: string, example: readonly string[], namesMax: number) =>
  z
    .array(z.string().min(1).max(64))
    .max(namesMax)
    .meta({ description, examples: [example] });

const ResourceAccess = z
  .strictObject({
    resource: z.enum(resourceNames).meta({ description: "The word for it in policies.", examples: ["sessions"] }),
    path: z
      .string()
      .min(1)
      .max(128)
      .meta({ description: "Its first address below the app that the caller may ask.", examples: ["/sessions"] }),
    fields: nameList("The fields that the caller is shown, in the order of the schema.", ["id", "status"], 64),
    meetings: z
      .union([z.literal("*"), z.array(z.string().min(1).max(64)).max(16_384)])
      .meta({ description: "`*` for every meeting, or the ids of those that the caller may see.", examples: ["*"] }),
    parameters: nameList(
      "The query parameters that the caller may use at `path`. One that is missing is refused, or its usual value is all that may be asked for.",
      ["page_no", "per_page", "status"],
      32,
    ),
    exports: z.boolean().meta({
      description: "Whether `path` is a list, which can be exported as CSV and NDJSON.",
      examples: [true],
    }),
  })
  .meta({ id: "ResourceAccess", description: "What a caller may ask of one resource." });

const AppAccess = z
  .strictObject({
    app: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: "The app's alias.", examples: ["demo"] }),
    resources: z
      .array(ResourceAccess)
      .max(resourceNames.length)
      .meta({ description: "In the order of this document." }),
    grants: z
      .array(z.enum(grantNames))
      .max(grantNames.length)
      .meta({ description: "What the caller may do beyond looking.", examples: [["purge"]] }),
  })
  .meta({ id: "AppAccess", description: "What a caller may ask of one app." });

/** The answer of `/v1/access`. */
export const CallerAccess = z
  .strictObject({
    mode: z.enum(AUTH_MODES).meta({ description: "How callers identify themselves here.", examples: ["jwt"] }),
    apps: z
      .array(AppAccess)
      .max(1_000)
      .meta({ description: "In the order of the configuration; empty where nothing is allowed." }),
  })
  .meta({ id: "CallerAccess", description: "What a caller may ask of this deployment." });
export type CallerAccess = z.infer<typeof CallerAccess>;

export const Health = z
  .strictObject({ status: z.literal("alive").meta({ description: "Always `alive`.", examples: ["alive"] }) })
  .meta({ id: "Health", description: "A sign of life." });

export const ReadinessReport = z
  .strictObject({
    status: z.enum(["ready", "not_ready"]).meta({ description: "The sum of the checks.", examples: ["ready"] }),
    checks: z
      .record(z.string(), z.enum(["ok", "degraded", "failed"]))
      .meta({ description: "What each part said, by its name.", examples: [{ store: "ok", shield: "ok" }] }),
  })
  .meta({ id: "Readiness", description: "Whether the service can do its work." });

/** An OpenAPI document, as far as it makes sense to describe one inside itself. */
export const OpenApiDocument = z
  .looseObject({
    openapi: z
      .string()
      .max(16)
      .regex(/^3\.[01]\.[0-9]+$/)
      .meta({ description: "The version of the specification.", examples: ["3.1.1"] }),
    info: z.record(z.string(), z.unknown()).meta({
      minProperties: 2,
      description: "What is described, and its version.",
      examples: [{ title: "realtimekit-bff", version: "0.1.0" }],
    }),
    paths: z.record(z.string(), z.record(z.string(), z.unknown())).meta({
      minProperties: 1,
      description: "Every operation by its path.",
      examples: [{ "/healthz": {} }],
    }),
  })
  .meta({ id: "OpenApiDocument", description: "An OpenAPI document." });

/** An event as far as it is read; the rest of it is RealtimeKit's to describe. */
export const WebhookEvent = z
  .looseObject({
    event: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: "What happened.", examples: ["meeting.started"] }),
  })
  .meta({ id: "WebhookEvent", description: "An event of RealtimeKit." });
