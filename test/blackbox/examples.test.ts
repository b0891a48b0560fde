// The examples of the guides, run as their readers run them: a backend that signs tokens (on Node, and as a Worker), and a page that
// asks with one.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dryRun } from "../../scripts/build-worker.ts";
import { bareEnvironment } from "../support/bare-environment.ts";
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
    env: { ...bareEnvironment, JWT_SECRET: secret, PORT: "0" },
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

/** A server whose answers are given one after the other; the last one stays. */
async function serveAnswers(answers: readonly { status: number; headers?: Record<string, string>; body: string }[]) {
  let count = 0;
  const server = createServer((_request, response) => {
    const { status, headers, body } = answers[Math.min(count, answers.length - 1)] ?? { status: 500, body: "" };
    count += 1;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    asked: () => count,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
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

describe("the page of the examples", () => {
  const goodToken = { status: 200, body: '{"token":"a-token"}' };
  const goodPage = { status: 200, body: '{"success":true}' };
  const limited = { status: 429, headers: { "retry-after": "1" }, body: '{"code":"rate_limited","errors":[]}' };
  const refused = { status: 401, body: '{"code":"unauthorized","errors":[{"message":"no valid identity"}]}' };
  const invalid = {
    status: 400,
    body: '{"code":"invalid_query","errors":[{"message":"page_no must be an integer"},{"message":"per_pag is unknown"}]}',
  };
  let imported = 0;

  async function ask(
    tokenAnswers: Parameters<typeof serveAnswers>[0],
    pageAnswers: Parameters<typeof serveAnswers>[0],
  ) {
    const [tokens, service] = await Promise.all([serveAnswers(tokenAnswers), serveAnswers(pageAnswers)]);
    imported += 1;
    const page = (await import(`${path.join(examples, "page.mjs")}?alone-${imported}`)) as Page;
    try {
      const answer = await page.listSessions({}, { tokens: tokens.url, service: service.url }).then(
        (value) => ({ value, message: undefined }),
        (error: unknown) => ({ value: undefined, message: error instanceof Error ? error.message : "?" }),
      );
      return { ...answer, asked: service.asked(), tokensAsked: tokens.asked() };
    } finally {
      await Promise.all([tokens.stop(), service.stop()]);
    }
  }

  it.each([
    ["refuses", { status: 401, body: "" }],
    ["shows its login page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Log in</html>" }],
    ["gives no token", { status: 200, body: "{}" }],
  ])("says that nobody is signed in when the backend %s", async (_name, answer) => {
    expect(await ask([answer], [goodPage])).toMatchObject({ message: "not signed in", asked: 0 });
  });

  it("names each bad parameter", async () => {
    const { message } = await ask([goodToken], [invalid]);
    expect(message).toBe("invalid_query: page_no must be an integer; per_pag is unknown");
  });

  it("waits as long as Retry-After says, then asks again, three times at most", async () => {
    const startedAt = performance.now();
    expect(await ask([goodToken], [limited, goodPage])).toMatchObject({ value: { success: true }, asked: 2 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(999);
    expect(await ask([goodToken], [limited])).toMatchObject({ message: "rate_limited: ", asked: 3 });
  });

  it("gets a new token when the old one is refused, and gives up when no token is good", async () => {
    expect(await ask([goodToken], [refused, goodPage])).toMatchObject({ value: { success: true }, tokensAsked: 2 });
    expect(await ask([goodToken], [refused])).toMatchObject({ message: "unauthorized: no valid identity", asked: 3 });
  });
});
