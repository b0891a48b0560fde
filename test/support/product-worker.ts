// The Worker as a product under test: a bundle that a deploy would upload, on local workerd, with KV, the Durable Object and the
// static files. The bundles are built by the test run before (see `scripts/build-worker.ts`).
//
// One thing is added to it: a module around the bundle that also answers at an address of its own, so that a test can abort the
// Durable Object as the platform would, read its storage, and read and write KV. The code under test is the bundle's, byte for byte.
// (Miniflare's own access to both costs every start as much processor time again.)
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import * as z from "zod";
import { kvBuild } from "../../scripts/build-worker.ts";
import type { WorkerBuild } from "../../scripts/build-worker.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { createGuard, settingsFor, startUpstream } from "./product.ts";
import type { Product, ProductOptions, Settings } from "./product.ts";

export type WorkerProduct = Product & {
  /** Ends the shield at once, as a deploy or an eviction does; the next call starts it anew over the same storage. */
  restartShield(): Promise<void>;
  /** Every key, value and metadata of KV, as text. */
  dumpKv(): Promise<string>;
  kvKeys(): Promise<readonly string[]>;
  /** Writes to KV behind the product's back. */
  putKv(key: string, value: string, metadata: unknown): Promise<void>;
  /** Every row of the shield's storage. */
  dumpShieldStorage(): Promise<readonly StoredTable[]>;
};

const StoredTable = z.object({ name: z.string(), rows: z.array(z.record(z.string(), z.unknown())) });
export type StoredTable = z.infer<typeof StoredTable>;

/** Where the module around the bundle is asked. No name ends in `.invalid`, so no request of a test for the product has it. */
const inspectorUrl = "http://inspector.invalid";

const moduleAroundBundle = `
import handler, { Shield as Built } from "./worker.js";

const behind = {
  async restart({ shield }) {
    // The call can't be answered: the object ends in the middle of it.
    await shield.abortForTest().catch(() => {});
  },
  dump: ({ shield }) => shield.dumpForTest(),
  keys: async ({ pages }) => (await pages.list()).keys.map(({ name }) => name),
  values: ({ pages }, keys) => Promise.all(keys.map((key) => pages.get(key, "text"))),
  put: ({ pages }, { key, value, metadata }) => pages.put(key, value, { metadata }),
};

export default {
  ...handler,
  async fetch(request, env, context) {
    const { origin, pathname } = new URL(request.url);
    if (origin !== "${inspectorUrl}") return handler.fetch(request, env, context);
    const parts = { shield: env.SHIELD.getByName("${SIMULATOR_ACCOUNT_ID}"), pages: env.PAGES };
    return Response.json((await behind[pathname.slice(1)](parts, await request.json())) ?? null);
  },
};

export class Shield extends Built {
  abortForTest() {
    this.ctx.abort("restarted by a test");
  }
  dumpForTest() {
    const { sql } = this.ctx.storage;
    return sql
      .exec("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\\\_cf\\\\_%' ESCAPE '\\\\'")
      .toArray()
      .map(({ name }) => ({ name, rows: sql.exec('SELECT * FROM "' + name + '"').toArray() }));
  }
}`;

/** Starts simulator and Worker on free ports of loopback. */
export async function startWorkerProduct(settings?: Settings, options: ProductOptions = {}): Promise<WorkerProduct> {
  const upstream = await startUpstream(options.simulator);
  const storage = await mkdtemp(path.join(tmpdir(), "bff-worker-"));
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const miniflare = await startMiniflare(kvBuild, settingsFor(upstream, settings), storage, write);
  const { origin: url } = await miniflare.ready;
  const guard = createGuard(url, settingsFor(upstream, settings));
  const inspector = inspectorOf(miniflare);

  const product: WorkerProduct = {
    ...upstream,
    url,
    fetch: guard.fetch,
    follow: guard.follow,
    logs: () => lines,
    restartShield: inspector.restartShield,
    dumpKv: inspector.dumpKv,
    kvKeys: inspector.kvKeys,
    putKv: inspector.putKv,
    dumpShieldStorage: inspector.dumpShield,
    async stop() {
      try {
        guard.search("KV", await product.dumpKv());
        guard.search("the shield's storage", JSON.stringify(await product.dumpShieldStorage()));
        await miniflare.dispose();
        guard.search("the log", lines.join("\n"));
        await guard.searchFiles(storage);
      } finally {
        await miniflare.dispose();
        await upstream.close();
        await rm(storage, { recursive: true, force: true });
      }
      guard.settle();
    },
  };
  return product;
}

/** Runs a bundle with everything that its configuration binds. */
export async function startMiniflare(
  build: WorkerBuild,
  bindings: Record<string, string>,
  storage: string,
  write: (line: string) => void,
): Promise<Miniflare> {
  const config = asWranglerConfig(readWranglerConfig({ config: build.config }, { hideWarnings: true }));
  const bundle = await readFile(path.join(build.directory, build.module), "utf8");
  return new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      handleStructuredLogs: ({ message }) => write(message),
      resourcePersistencePath: storage,
      name: "product",
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      modulesRoot: "/",
      modules: [
        { type: "ESModule", path: "/entry.js", contents: moduleAroundBundle },
        { type: "ESModule", path: "/worker.js", contents: bundle },
      ],
      bindings,
      kvNamespaces: config.kv_namespaces.map(({ binding }) => binding),
      durableObjects: Object.fromEntries(
        config.durable_objects.bindings.map((object) => [
          object.name,
          { className: object.class_name, useSQLite: true },
        ]),
      ),
      ratelimits: Object.fromEntries(
        config.ratelimits.map(({ name, namespace_id, simple }) => {
          const limit = Math.max(simple.limit, Number(bindings["CLIENT_REQUESTS_PER_MINUTE"] ?? 0));
          return [name, { namespace_id, simple: { ...simple, limit } }];
        }),
      ),
      assets: {
        directory: path.resolve(path.dirname(build.config), config.assets.directory),
        binding: config.assets.binding,
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
        assetConfig: { html_handling: "none", not_found_handling: "none" },
      },
    }),
  );
}

export type Inspector = {
  restartShield(): Promise<void>;
  dumpShield(): Promise<readonly StoredTable[]>;
  dumpKv(): Promise<string>;
  kvKeys(): Promise<readonly string[]>;
  putKv(key: string, value: string, metadata: unknown): Promise<void>;
};

/** Behind the back of a Worker that `startMiniflare` started. Rejects where the module around the bundle fails. */
export function inspectorOf(miniflare: Miniflare): Inspector {
  async function ask<T extends z.ZodType>(what: string, Answer: T, input: unknown = null): Promise<z.infer<T>> {
    const answer = await miniflare.dispatchFetch(`${inspectorUrl}/${what}`, {
      method: "POST",
      body: JSON.stringify(input),
    });
    return Answer.parse(await answer.json());
  }
  const kvKeys = () => ask("keys", z.array(z.string()));
  return {
    restartShield: async () => void (await ask("restart", z.null())),
    dumpShield: () => ask("dump", z.array(StoredTable)),
    kvKeys,
    async dumpKv() {
      const keys = await kvKeys();
      const values = await ask("values", z.array(z.nullable(z.string())), keys);
      return keys.flatMap((key, index) => [JSON.stringify(key), values[index] ?? ""]).join("\n");
    },
    putKv: async (key, value, metadata) => void (await ask("put", z.null(), { key, value, metadata })),
  };
}

/** What is used of `wrangler.toml`. */
type WranglerConfig = {
  compatibility_date: string;
  compatibility_flags: string[];
  kv_namespaces: { binding: string }[];
  durable_objects: { bindings: { name: string; class_name: string }[] };
  ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: 10 | 60 } }[];
  assets: { directory: string; binding: string };
};

/** The published type leans on a package that is not published. Holds while both files have these entries; lists are there when they are empty. */
const asWranglerConfig = (config: unknown) => config as WranglerConfig;
