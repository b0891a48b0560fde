// The shield: a load side that is one for the whole fleet, and the adapter through which every isolate asks it.
//
// On Workers it lives in a Durable Object, the only place where requests may share a promise. A reader with nothing to
// show ("cold") is treated as a reader of the shield's own copies: it gets an older page at once rather than wait, because
// another location's KV may not show yet what the shield already has. Readers with a copy of their own wait for a newer one.
import type { Result } from "../ground/errors.ts";
import type { Clock, Defer, Lane, Payer, Report } from "../ground/runtime.ts";
import { faultName } from "../ground/deadline.ts";
import type { PageCache } from "./page-cache.ts";
import type { Keyed, LoadReport, LoadResult, PageLoader } from "./page-loader.ts";
import type { Entry } from "./store.ts";

export type ShieldParts<Query extends Keyed> = {
  /** A read side over the loader's own copies. */
  pages: PageCache<Query>;
  loader: PageLoader<Query>;
  defer: Defer;
  report: LoadReport<Query>;
};

/** The verbs of the shield, as they are called across the boundary: everything in and out is plain data. */
export type Shield<Query extends Keyed> = PageLoader<Query>;

export function createShield<Query extends Keyed>({ pages, loader, defer, report }: ShieldParts<Query>): Shield<Query> {
  return {
    async load(query, lane, payer, floor) {
      if (lane !== "cold") return loader.load(query, lane, payer, floor);
      let via: "fetched" | "joined" | "recent" = "recent";
      const result: Result<Entry> = await pages.get(query, {
        defer,
        floor,
        ...(payer && { payer: () => payer }),
        report(event) {
          if (event.type === "load.served") via = event.via;
          report(event, { query, payer });
        },
      });
      return result.ok ? { ok: true, entry: result.value, via } : { ok: false, failure: result.failure };
    },
  };
}

/**
 * The loader as a reader sees it. `connect` gives a fresh stub, because one that has thrown is broken for good. A restart
 * (every deploy is one) costs the reader one more try; a shield that can't be reached is a failure like any other.
 */
export function createShieldClient<Query extends Keyed>(
  connect: () => { load(query: Query, lane: Lane, payer?: Payer, floor?: number): Promise<LoadResult> },
  { report, clock, deadlineMs }: { report: Report; clock: Clock; deadlineMs: number },
): PageLoader<Query> {
  return {
    async load(query, lane, payer, floor) {
      const startedAt = clock.now();
      try {
        return await connect().load(query, lane, payer, floor);
      } catch (error) {
        report({ type: "shield.failed", reason: faultName(error) });
        if (isOverloaded(error) || clock.now() - startedAt >= deadlineMs) return unreachable;
      }
      try {
        return await connect().load(query, lane, payer, floor);
      } catch (error) {
        report({ type: "shield.failed", reason: faultName(error) });
        return unreachable;
      }
    },
  };
}

const unreachable: LoadResult = { ok: false, failure: { code: "upstream_failed", reason: "shield_unreachable" } };

/** The platform marks the errors of a Durable Object that has too much to do; asking again would add to it. */
function isOverloaded(error: unknown): boolean {
  return typeof error === "object" && error !== null && "overloaded" in error && error.overloaded === true;
}
