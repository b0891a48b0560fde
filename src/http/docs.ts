// The OpenAPI documents (generated at build time) and the documentation page: Swagger UI from our own static files, under a policy that lets nothing else in.
import type { Hono } from "hono";
import type { AppEnv } from "./exchange.ts";
import type { AnswerHeaders } from "./headers.ts";

/** Reads one static file by its path below the assets' root; undefined where it is missing. */
export type ReadAsset = (path: string) => Promise<BodyInit | undefined>;

export const docsPath = "/docs";
/** 3.1.1, and its 3.0.3 twin for generators that want one. */
export const documentPaths = ["/openapi.json", "/openapi-3.0.json"] as const;

/** The asset of the document that is true where policies leave out fields. */
export const cutDocumentOf = (path: string): string => path.replace(/\.json$/, "-cut.json");

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

/** `mayCut`: whether some caller of this deployment is shown less than every field. */
export function addDocsRoutes(app: Hono<AppEnv>, readAsset: ReadAsset, { mayCut }: { mayCut: boolean }): void {
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
    app.get(path, (c) =>
      file(c.get("exchange"), mayCut ? cutDocumentOf(path) : path, {
        "content-type": "application/json",
        "cache-control": "private, no-cache",
      }),
    );
  }

  async function file(exchange: AppEnv["Variables"]["exchange"], path: string, headers: AnswerHeaders) {
    const body = await readAsset(path);
    return body === undefined ? exchange.refuse({ code: "not_found" }) : exchange.answer(200, body, headers);
  }
}
