// The OpenAPI documents (generated at build time) and the documentation page: Swagger UI from our own static files, under a policy that lets nothing else in.
import type { Hono } from "hono";
import { etagOf } from "../cache/store.ts";
import { documentOf } from "./deployment-document.ts";
import type { Deployment } from "./deployment-document.ts";
import type { Content, Encoder } from "./encodings.ts";
import { etagMatches } from "./etag.ts";
import type { AppEnv } from "./exchange.ts";
import { encodingHeaders } from "./headers.ts";
import type { AnswerHeaders } from "./headers.ts";
import type { JsonObject } from "./document-json.ts";
import { sendFile } from "./static-file.ts";
import type { ReadAsset } from "./static-file.ts";

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

export type DocsParts = { readAsset: ReadAsset; encoder: Encoder; deployment: Deployment };

export function addDocsRoutes(app: Hono<AppEnv>, { readAsset, encoder, deployment }: DocsParts): void {
  /** Each document as it is true of this deployment: plain data, made once. */
  const documents = new Map<string, Content>();
  app.get(docsPath, (c) =>
    sendFile(c, readAsset, "/docs/index.html", {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": pagePolicy,
    }),
  );
  for (const [name, type] of Object.entries(files)) {
    app.get(`${docsPath}/${name}`, (c) =>
      sendFile(c, readAsset, `/docs/${name}`, { "content-type": type, "cache-control": "private, max-age=3600" }),
    );
  }

  for (const path of documentPaths) {
    app.get(path, async (c) => {
      const exchange = c.get("exchange");
      const document = documents.get(path) ?? (await makeDocument(path));
      if (document === undefined) return exchange.refuse({ code: "not_found" });
      const { body, etag, encoding } = await encoder.encode(document, c.req.header("accept-encoding"));
      const headers: AnswerHeaders = { "cache-control": "private, no-cache", etag };
      return etagMatches(c.req.header("if-none-match"), etag)
        ? exchange.answer(304, null, headers)
        : exchange.answer(200, body, { ...headers, "content-type": "application/json", ...encodingHeaders(encoding) });
    });
  }

  async function makeDocument(path: string): Promise<Content | undefined> {
    const asset = await readAsset(path, undefined);
    if (asset === undefined) return undefined;
    const published = await new Response(asset.body).json<JsonObject>();
    const body = new TextEncoder().encode(JSON.stringify(documentOf(published, deployment)));
    const document = { body, etag: await etagOf(body) };
    documents.set(path, document);
    return document;
  }
}
