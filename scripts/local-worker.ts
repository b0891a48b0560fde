// Runs a built bundle on local workerd with everything its `wrangler*.toml` binds: KV, the Durable Object and the static files.
//
// Nothing outlives it: state is in a temporary directory that goes away with it. It needs no network and no account.
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import type { WorkerBuild } from "./build-worker.ts";

export type LocalWorkerOptions = {
  /** As `buildWorker` left it. */
  build: WorkerBuild;
  /** On 127.0.0.1 unless told otherwise. 0 takes any free port. */
  port: number;
  host?: string;
  /** Settings and secrets, as the Worker sees them. */
  settings: Readonly<Record<string, string>>;
  /** Takes each line of the log; standard output does unless given. */
  write?: (line: string) => void;
};

export type LocalWorker = {
  /** Without a trailing slash. */
  origin: string;
  /** For looking into KV and the Durable Object. */
  miniflare: Miniflare;
  /** Takes up a bundle built anew, on the same port. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const miniflare = new Miniflare(miniflareOptions(options, options.port));
  const url = await miniflare.ready;
  return {
    origin: url.origin,
    miniflare,
    reload: () => miniflare.setOptions(miniflareOptions(options, Number(url.port))),
    stop: () => miniflare.dispose(),
  };
}

/** What is used of `wrangler.toml`. The published type of `readConfig` leans on a package that is not published, hence the cast. */
type WranglerConfig = {
  name?: string;
  compatibility_date?: string;
  compatibility_flags: string[];
  kv_namespaces: { binding: string }[];
  durable_objects: { bindings: { name: string; class_name: string }[] };
  ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: 10 | 60 } }[];
  assets?: { directory?: string; binding?: string };
};

const readConfig = (file: string) => readWranglerConfig({ config: file }, { hideWarnings: true }) as WranglerConfig;

function miniflareOptions({ build, settings, host = "127.0.0.1", write }: LocalWorkerOptions, port: number) {
  const config = readConfig(build.config);
  const compatibilityDate = config.compatibility_date;
  if (compatibilityDate === undefined) throw new Error(`${path.basename(build.config)} has no compatibility_date`);
  const { compatibility_flags: compatibilityFlags, durable_objects: objects, kv_namespaces: namespaces } = config;
  return convertV4MiniflareOptions({
    host,
    port,
    cf: false,
    telemetry: { enabled: false },
    ...(write && { handleStructuredLogs: ({ message }: { message: string }) => write(message) }),
    name: config.name ?? "worker",
    compatibilityDate,
    compatibilityFlags,
    modules: true,
    modulesRoot: build.directory,
    scriptPath: path.join(build.directory, build.module),
    bindings: settings,
    kvNamespaces: namespaces.map((namespace) => namespace.binding),
    durableObjects: Object.fromEntries(
      objects.bindings.map((object) => [object.name, { className: object.class_name, useSQLite: true }]),
    ),
    // A ceiling is raised with the setting that it stands above, as whoever deploys has to.
    ratelimits: Object.fromEntries(
      config.ratelimits.map(({ name, namespace_id, simple }) => {
        const limit = Math.max(simple.limit, Number(settings["CLIENT_REQUESTS_PER_MINUTE"] ?? 0) || 0);
        return [name, { namespace_id, simple: { ...simple, limit } }];
      }),
    ),
    assets: {
      directory: path.resolve(path.dirname(build.config), config.assets?.directory ?? ""),
      binding: config.assets?.binding ?? "ASSETS",
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      assetConfig: { html_handling: "none", not_found_handling: "none" },
    },
  });
}
