// The OpenAPI document of the service (3.1.1).
//
// Only scripts and tests import this folder: the document is committed as openapi.json, and a build puts it among the static files (see
// docs/decisions/openapi-from-assets.md). Everything here is a function of the source alone, so that two runs give the same bytes.
import { OpenAPIHono } from "@hono/zod-openapi";
import { mountsOf } from "../src/http/data-routes.ts";
import type { JsonObject } from "../src/http/document-json.ts";
import { resourceNames, resources } from "../src/resources/registry.ts";
import { headerComponents } from "./headers.ts";
import { plain, withoutUnused, withSharedParameters } from "./json.ts";
import { operations, problemStatuses, tagOf } from "./operations.ts";
import { problemComponents } from "./responses.ts";
import { Problem } from "./schemas.ts";

/** The version of the service; a test holds it equal to that of the package. */
export const version = "0.1.0";

const info = {
  title: "realtimekit-bff",
  version,
  summary: "The sessions of Cloudflare RealtimeKit for frontends, as pages and as streams.",
  description: [
    "A backend for frontends that shows the sessions of Cloudflare RealtimeKit apps without a token in the browser: strict, cached pages in one shape.",
    "**Methods.** Every address answers GET, and HEAD with the headers of GET and no body, unless POST stands at it here. OPTIONS tells what is allowed, also to a browser that asks for a page of another origin (CORS). Any other method is a 405 problem with `Allow`; " +
      "any path that is not listed here, or is not written in its plain form (a trailing or doubled slash, an escape, a dot segment), is a 404 problem. Cloudflare resolves dot segments before a Worker sees them.",
    "**Errors.** Every error is `application/problem+json` (RFC 9457) and a Cloudflare v4 failure at once. Branch on `code`; show `detail`; give `request_id` to the operator.",
    "**Freshness.** `Age` tells how old a page is and `Cache-Status` where it came from. Whoever polls sends the ETag along as If-None-Match: an unchanged page costs a 304. Browsers do so by themselves.",
    "**Identity.** The operator chooses who may read: people who log in, whose browser then sends a cookie; callers with a token of the deployment's own login or backend, or with an API key, both as `Authorization: Bearer`; " +
      "whoever Cloudflare Access has let through; or everybody. Policies decide what each of them sees. CORS tells browsers which origins may read the answers; that is no authentication. " +
      "Clients that ask too often get a 429 with Retry-After, which is never above 59 seconds, also as `retry_after` in the body; `RateLimit` says what is left.",
  ].join("\n\n"),
  contact: { name: "The operator of this deployment" },
  license: { name: "MIT", identifier: "MIT" },
};

const tags = [
  ...resourceNames.map((name) => ({
    name: tagOf(name),
    description: resources
      .filter((resource) => resource.name === name)
      .map(({ summary }) => `${summary}.`)
      .join(" "),
  })),
  { name: "Login", description: "For people, where this deployment has a login." },
  { name: "Webhooks", description: "For RealtimeKit, which tells of changes." },
  { name: "Operations", description: "For whoever runs the service." },
  { name: "Documentation", description: "The service about itself." },
];

/** The document, built anew. */
export function openApiDocument(): JsonObject {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.register("Problem", Problem);
  for (const { name, component } of headerComponents()) registry.registerComponent("headers", name, component);
  for (const { name, component } of problemComponents(problemStatuses, examplePath)) {
    registry.registerComponent("responses", name, component);
  }
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "A token of this deployment's login or backend, or an API key of the form rtkb_<id>_<secret>.",
  });
  registry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-rtkbff",
    description: "The cookie of whoever logged in at /auth/login; a browser sends it by itself.",
  });
  for (const operation of operations) registry.registerPath(operation);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.1",
    info,
    // Relative, because no answer of this service is built from a request's host.
    servers: [{ url: "/", description: "The host that serves this document." }],
    // Said out loud: what says nothing of its own asks for no identity.
    security: [],
    tags,
  });
  return withoutUnused(withSharedParameters(plain(document)));
}

const [first] = resources;
const examplePath = first ? mountsOf(first).own.replace(":app", "demo") : "/";
