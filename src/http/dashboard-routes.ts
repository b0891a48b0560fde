// The dashboard at `/` with its files, and the script of the embeddable element at `/elements.js`.
//
// Every file there is stands in a list that the build makes; what a request names is looked up in it, and no path of a request reaches
// the asset store. The files of the dashboard have names that change with their content, so browsers keep them. The page may load and ask
// nothing but its own origin, and no text can become markup or script in it. `DASHBOARD=off` takes all of it away.
import type { Hono } from "hono";
import * as z from "zod";
import { docsPath } from "./docs.ts";
import type { AppEnv } from "./exchange.ts";
import type { AnswerHeaders } from "./headers.ts";
import { sendFile } from "./static-file.ts";
import type { ReadAsset } from "./static-file.ts";

export const dashboardPaths = {
  page: "/",
  file: "/dashboard/:file",
  elements: "/elements.js",
  elementsOf: "/elements/:file",
} as const;

/** Where the build puts its list, below the assets' root. */
export const dashboardListPath = "/dashboard/files.json";

/** Names below `/dashboard`, and below `/elements` the script by the version of the package. */
const FileList = z.object({ dashboard: z.array(z.string()), elements: z.array(z.string()) });

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};
const typeOf = (name: string): AnswerHeaders => ({
  "content-type": types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
});

const forGood: AnswerHeaders = { "cache-control": "private, max-age=31536000, immutable" };
/** A page of another origin may load the script. What it reads by it is decided by the data's own answers. */
const forOthers: AnswerHeaders = { "cross-origin-resource-policy": "cross-origin" };

export type DashboardParts = { readAsset: ReadAsset; isOn: boolean };

export function addDashboardRoutes(app: Hono<AppEnv>, { readAsset, isOn }: DashboardParts): void {
  if (!isOn) {
    app.get(dashboardPaths.page, (c) => c.get("exchange").answer(302, null, { location: docsPath }));
    return;
  }
  /** Plain data, read once. */
  let list: z.infer<typeof FileList> | undefined;

  async function filesIn(folder: keyof z.infer<typeof FileList>): Promise<readonly string[]> {
    if (list) return list[folder];
    const asset = await readAsset(dashboardListPath, undefined);
    if (asset === undefined) return [];
    list = FileList.parse(await new Response(asset.body).json());
    return list[folder];
  }

  app.get(dashboardPaths.page, (c) =>
    sendFile(c, readAsset, "/dashboard/index.html", {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": pagePolicy,
      "cache-control": "private, no-cache",
    }),
  );
  app.get(dashboardPaths.file, async (c) => {
    const name = (await filesIn("dashboard")).find((file) => file === c.req.param("file"));
    return name === undefined
      ? c.get("exchange").refuse({ code: "not_found" })
      : sendFile(c, readAsset, `/dashboard/${name}`, { ...typeOf(name), ...forGood });
  });
  app.get(dashboardPaths.elements, (c) =>
    sendFile(c, readAsset, dashboardPaths.elements, {
      ...typeOf(dashboardPaths.elements),
      ...forOthers,
      "cache-control": "private, max-age=300",
    }),
  );
  app.get(dashboardPaths.elementsOf, async (c) => {
    const name = (await filesIn("elements")).find((file) => file === c.req.param("file"));
    return name === undefined
      ? c.get("exchange").refuse({ code: "not_found" })
      : sendFile(c, readAsset, `/elements/${name}`, { ...typeOf(name), ...forOthers, ...forGood });
  });
}
