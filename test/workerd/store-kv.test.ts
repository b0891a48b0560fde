// The KV store over real Workers KV, with its real refusals.
import { env } from "cloudflare:workers";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { systemClock } from "../../src/runtime.ts";
import { storeContract } from "../contract/store-contract.ts";

storeContract("Workers KV", {
  makeStore: async () => createKvStore(env.PAGES, { clock: systemClock }),
  now: () => systemClock.now(),
});
