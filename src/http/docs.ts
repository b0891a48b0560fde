// The OpenAPI documents (generated at build time) and the documentation page: Swagger UI from our own static files, under a policy that lets nothing else in.
import type { Hono } from "hono";
import { documentOf } from "./deployment-document.ts";
import type { Deployment } from "./deployment-document.ts";
import type { AppEnv } from "./exchange.ts";
import type { AnswerHeaders } from "./headers.ts";
import type { JsonObject } from "./openapi-json.ts";

/** Reads one static file by its path below the assets' root; undefined where it is missing. */
export type ReadAsset = (path: string) => Promise<BodyInit | undefined>;

export const docsPath = "/docs";
/** 3.1.1, and its 3.0.3 twin for generators that want one. */
export const documentPaths = ["/openapi.json", "/openapi-3.0.json"] as const;

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Every file there is, with its type: no path of a request reaches the asset store. */
const files: Readonly<Record<string, string>> = {
  "init.js": "text/javascript; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "swagger-ui.css": "text/css; charset=utf-8",
};

export function addDocsRoutes(app: Hono<AppEnv>, readAsset: ReadAsset, deployment: Deployment): void {
  /** Each document as it is true of this deployment: plain data, made once. */
  const documents = new Map<string, string>();
  app.get("/", (c) => c.get("exchange").answer(302, null, { location: docsPath }));
  app.get(docsPath, (c) =>
    file(c.get("exchange"), "/docs/index.html", {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": pagePolicy,
    }),
  );
  for (const [name, type] of Object.entries(files)) {
    app.get(`${docsPath}/${name}`, (c) =>
      file(c.get("exchange"), `/docs/${name}`, { "content-type": type, "cache-control": "private, max-age=3600" }),
    );
  }

  for (const path of documentPaths) {
    app.get(path, async (c) => {
      const exchange = c.get("exchange");
      const text = documents.get(path) ?? (await makeDocument(path));
      if (text === undefined) return exchange.refuse({ code: "not_found" });
      return exchange.answer(200, text, { "content-type": "application/json", "cache-control": "private, no-cache" });
    });
  }

  async function makeDocument(path: string): Promise<string | undefined> {
    const asset = await readAsset(path);
    if (asset === undefined) return undefined;
    const published = await new Response(asset).json<JsonObject>();
    const text = JSON.stringify(documentOf(published, deployment));
    documents.set(path, text);
    return text;
  }

  async function file(exchange: AppEnv["Variables"]["exchange"], path: string, headers: AnswerHeaders) {
    const body = await readAsset(path);
    return body === undefined ? exchange.refuse({ code: "not_found" }) : exchange.answer(200, body, headers);
  }
}
