// The examples of the guides, run as their readers run them: a backend that signs tokens (on Node, and as a Worker), and a page that
// asks with one.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dryRun } from "../../scripts/build-worker.ts";
import { policiesOf } from "../support/callers.ts";
import type { Product } from "../support/product.ts";
import { startNodeProduct } from "../support/product-node.ts";

const examples = path.join(import.meta.dirname, "../../examples");
const secret = "an-example-of-a-shared-secret-0123456789";
const teacher = { when: { claim: "roles", includes: "teacher" }, fields: ["id", "status"] };

const settings = {
  AUTH_MODE: "jwt",
  JWT_ISSUER: "https://app.example.com",
  JWT_AUDIENCE: "sessions",
  JWT_SECRET: secret,
  POLICIES: policiesOf(teacher),
};

type Backend = { url: string; stop(): Promise<void> };

async function startNodeBackend(): Promise<Backend> {
  const child = spawn(process.execPath, [path.join(examples, "token-backend.node.mjs")], {
    env: { PATH: process.env["PATH"], JWT_SECRET: secret, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const address = /http:\S+/.exec(text)?.[0];
      if (address) resolve(address);
    });
    void ended.then(() => reject(new Error("the example ended")));
  });
  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Built as a deploy would build it. */
async function startWorkerBackend(): Promise<Backend> {
  const directory = await mkdtemp(path.join(tmpdir(), "bff-example-"));
  const config = path.join(directory, "wrangler.toml");
  const main = path.join(examples, "token-backend.worker.mjs");
  await writeFile(
    config,
    `name = "token-backend"\nmain = ${JSON.stringify(main)}\ncompatibility_date = "2026-11-01"\n`,
  );
  const built = await dryRun(path.join(directory, "out"), { config });
  if (built.exitCode !== 0) throw new Error(built.printed);
  const script = await readFile(path.join(directory, "out", "token-backend.worker.js"), "utf8");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "worker.js", contents: script }],
      compatibilityDate: "2026-11-01",
      bindings: { JWT_SECRET: secret },
    }),
  );
  const { href } = await miniflare.ready;
  return {
    url: href,
    async stop() {
      await miniflare.dispose();
      await rm(directory, { recursive: true });
    },
  };
}

type Page = { listSessions(query: object, where: { tokens: string; service: string }): Promise<unknown> };

/** The page's own fetch sends the cookie of whoever is logged in to the backend, which this process has to do for it. */
async function asLoggedIn<Value>(backend: string, use: () => Promise<Value>): Promise<Value> {
  const plain = globalThis.fetch;
  globalThis.fetch = (address, init) =>
    plain(address, address === backend ? { headers: { cookie: "session=demo" } } : init);
  try {
    return await use();
  } finally {
    globalThis.fetch = plain;
  }
}

describe.each([
  ["on Node", startNodeBackend],
  ["as a Worker", startWorkerBackend],
])("a backend of one's own that signs five-minute tokens, %s", (kind, startBackend) => {
  let backend: Backend;
  let product: Product;
  beforeAll(async () => {
    backend = await startBackend();
    product = await startNodeProduct(settings);
  });
  afterAll(async () => {
    await backend.stop();
    await product.stop();
  });

  it("gives the page a token with which the service shows it what the policy allows, and no other page", async () => {
    // A page of its own each time: it keeps its token.
    const page = (await import(`${path.join(examples, "page.mjs")}?${kind}`)) as Page;
    const where = { tokens: backend.url, service: product.url };
    const shown = await asLoggedIn(backend.url, () => page.listSessions({ per_page: 3 }, where));
    expect(shown).toMatchObject({ success: true, data: { sessions: [{}, {}, {}] } });
    expect(JSON.stringify(shown)).not.toContain("meeting_display_name");
    expect((await fetch(backend.url)).status).toBe(401);
    expect((await product.fetch("/v1/apps/support/sessions")).status).toBe(401);
  });
});
