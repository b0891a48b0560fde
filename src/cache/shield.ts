// The shield: a load side that is one for the whole fleet, and the adapter through which every isolate asks it.
//
// On Workers it lives in a Durable Object, the only place where requests may share a promise. A reader with nothing to
// show ("cold") is treated as a reader of the shield's own copies: it gets an older page at once rather than wait, because
// another location's KV may not show yet what the shield already has. Readers with a copy of their own wait for a newer one.
import type { Failure, Result } from "../errors.ts";
import type { Clock, Defer, Lane, Report } from "../runtime.ts";
import { faultName } from "./deadline.ts";
import type { PageCache } from "./page-cache.ts";
import type { Keyed, LoadResult, PageLoader } from "./page-loader.ts";
import type { Entry } from "./store.ts";

export type ShieldParts<Query extends Keyed> = {
  /** A read side over the loader's own copies. */
  pages: PageCache<Query>;
  loader: PageLoader<Query>;
  /** Asked for the client of a reader, before a load of a page that is not fresh here and not on its way; a failure refuses it. */
  mayLoad?: (client: string, lane: Lane) => Failure | undefined;
  defer: Defer;
  report: Report;
};

/** The verbs of the shield, as they are called across the boundary: everything in and out is plain data. */
export type Shield<Query extends Keyed> = PageLoader<Query>;

export function createShield<Query extends Keyed>(parts: ShieldParts<Query>): Shield<Query> {
  const { pages, loader, mayLoad, defer, report } = parts;
  const refusal = (lane: Lane, client?: string) => (client === undefined ? undefined : mayLoad?.(client, lane));
  /** Pages that are being renewed: their own times make all isolates ask for them at once, and one client pays. */
  const renewing = new Set<string>();

  async function renew(query: Query, lane: Lane, client?: string): Promise<LoadResult> {
    if (renewing.has(query.key) || pages.peek(query, ignore)) return loader.load(query, lane);
    const refused = refusal(lane, client);
    if (refused) return { ok: false, failure: refused };
    renewing.add(query.key);
    return loader.load(query, lane).finally(() => renewing.delete(query.key));
  }

  return {
    async load(query, lane, client) {
      if (lane !== "cold") return renew(query, lane, client);
      let via: "fetched" | "joined" | "recent" = "recent";
      const result: Result<Entry> = await pages.get(query, {
        defer,
        mayLoad: (ofLane) => refusal(ofLane, client),
        report(event) {
          if (event.type === "load.served") via = event.via;
          report(event);
        },
      });
      return result.ok ? { ok: true, entry: result.value, via } : { ok: false, failure: result.failure };
    },
  };
}

const ignore = () => {};

/**
 * The loader as a reader sees it. `connect` gives a fresh stub, because one that has thrown is broken for good. A restart
 * (every deploy is one) costs the reader one more try; a shield that can't be reached is a failure like any other.
 */
export function createShieldClient<Query extends Keyed>(
  connect: () => { load(query: Query, lane: Lane, client?: string): Promise<LoadResult> },
  { report, clock, deadlineMs }: { report: Report; clock: Clock; deadlineMs: number },
): PageLoader<Query> {
  return {
    async load(query, lane, client) {
      const startedAt = clock.now();
      try {
        return await connect().load(query, lane, client);
      } catch (error) {
        report({ type: "shield.failed", reason: faultName(error) });
        if (isOverloaded(error) || clock.now() - startedAt >= deadlineMs) return unreachable;
      }
      try {
        return await connect().load(query, lane, client);
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
