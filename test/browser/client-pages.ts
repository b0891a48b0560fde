// Pages that use the typed client, built as their readers would build them and served on an origin of their own.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import type { PageServer } from "./rig.ts";

const root = path.join(import.meta.dirname, "../..");
export const examples = path.join(root, "examples", "client");
const source = path.join(root, "client", "src");

/** What a project that has installed the package resolves. */
const alias = {
  "realtimekit-bff-client/react": path.join(source, "react.ts"),
  "realtimekit-bff-client/tanstack": path.join(source, "tanstack.ts"),
  "realtimekit-bff-client": path.join(source, "client.ts"),
};

/** One module of a page and everything it imports. */
export async function bundlePage(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    alias,
    bundle: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false" },
    nodePaths: [path.join(root, "node_modules")],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

const shell = (script: string) =>
  `<!doctype html><meta charset="utf-8"><title>A page</title><link rel=icon href=data:,><div id="app"></div><script type="module" src="${script}"></script>`;

const types = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8" };

/** `/name.html` for each name, around the module it is given; and what else is there. */
export async function serveClientPages(pages: Readonly<Record<string, string>>): Promise<PageServer> {
  const files = new Map<string, string>([
    ["/plain.html", await readFile(path.join(examples, "plain.html"), "utf8")],
    ["/client.js", await bundlePage(path.join(source, "client.ts"))],
  ]);
  for (const [name, entry] of Object.entries(pages)) {
    files.set(`/${name}.html`, shell(`${name}.js`));
    files.set(`/${name}.js`, await bundlePage(entry));
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://page.invalid");
    const type = pathname.endsWith(".js") ? types.js : types.html;
    const text = files.get(pathname);
    response.writeHead(text === undefined ? 404 : 200, { "content-type": type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
