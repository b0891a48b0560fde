// The Worker entry over Workers KV: what `wrangler.toml` deploys. Over Redis it is `worker-redis.ts`.
import { createKvStore } from "./cache/store-kv.ts";
import { createPageCheck } from "./entries/loader.ts";
import { systemClock } from "./ground/runtime.ts";
import { createWorker, ShieldObject } from "./entries/worker-parts.ts";
import type { KeptPages, WorkerEnv } from "./entries/worker-parts.ts";

export type Env = WorkerEnv & { PAGES: KVNamespace };

const clock = systemClock;
/** The answer first: on the way to KV a page shares a thread, and locally a disk, with whoever waits for it. */
const writeDelayMs = 5;

const pages: KeptPages<Env> = {
  platform: "worker",
  forReader: ({ PAGES }, config) =>
    config.cacheStore === "kv"
      ? {
          store: createKvStore(PAGES, { clock, check: createPageCheck(config) }),
          probe: () => PAGES.get("readiness"),
        }
      : undefined,
  // A reader has looked into KV itself, at its own location.
  forShield: ({ PAGES }, config) => ({
    store:
      config.cacheStore === "kv"
        ? createKvStore(PAGES, { clock, check: createPageCheck(config), writeDelayMs })
        : undefined,
    looksUp: false,
    checks: () => ({}),
  }),
};

export class Shield extends ShieldObject<Env> {
  constructor(context: DurableObjectState, env: Env) {
    super(context, env, pages);
  }
}

export default createWorker(pages);
