// The Worker as a product under test: a bundle that a deploy would upload, on local workerd, with KV, the Durable Object and the
// static files. The bundles are built by the test run before (see `scripts/build-worker.ts`).
//
// One thing is added to it: a module around the bundle in which the Durable Object's class has two more methods, so that a test can
// abort the object as the platform would, and read its storage. The code under test is the bundle's, byte for byte.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
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

export type StoredTable = { name: string; rows: readonly Readonly<Record<string, unknown>>[] };

const root = path.join(import.meta.dirname, "../..");

const moduleAroundBundle = `
import handler, { Shield as Built } from "./worker.js";
export default handler;
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
  const shield = shieldOf(miniflare);

  const product: WorkerProduct = {
    ...upstream,
    url,
    fetch: guard.fetch,
    logs: () => lines,
    restartShield: shield.restart,
    async dumpKv() {
      const pages = await miniflare.getKVNamespace("PAGES");
      const texts: string[] = [];
      for (const key of (await pages.list()).keys) {
        texts.push(JSON.stringify(key), (await pages.get(key.name, "text")) ?? "");
      }
      return texts.join("\n");
    },
    async kvKeys() {
      const pages = await miniflare.getKVNamespace("PAGES");
      return (await pages.list()).keys.map(({ name }) => name);
    },
    async putKv(key, value, metadata) {
      await (await miniflare.getKVNamespace("PAGES")).put(key, value, { metadata });
    },
    dumpShieldStorage: shield.dump,
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
        directory: path.join(root, config.assets.directory),
        binding: config.assets.binding,
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
        assetConfig: { html_handling: "none", not_found_handling: "none" },
      },
    }),
  );
}

/** The one shield of a running Worker. */
export function shieldOf(miniflare: Miniflare): { restart(): Promise<void>; dump(): Promise<readonly StoredTable[]> } {
  const shield = async () =>
    asShieldUnderTest((await miniflare.getDurableObjectNamespace("SHIELD")).getByName(SIMULATOR_ACCOUNT_ID));
  return {
    async restart() {
      // The call can't be answered: the object ends in the middle of it.
      await Promise.resolve((await shield()).abortForTest()).catch(() => {});
    },
    dump: async () => (await shield()).dumpForTest(),
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

type ShieldUnderTest = { abortForTest(): unknown; dumpForTest(): Promise<readonly StoredTable[]> };

/** Holds for every object of the class in `moduleAroundBundle`. */
const asShieldUnderTest = (stub: unknown) => stub as ShieldUnderTest;
