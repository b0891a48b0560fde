// Guarantees of live pages taken away one at a time, each with the invariant that must notice.
import { withReloads } from "../../src/cache/reloads.ts";
import type { PageLoader } from "../../src/cache/page-loader.ts";
import { never } from "./cache-rig.ts";
import type { HistoryOptions } from "./live-history.ts";
import type { Invariant } from "./live-checks.ts";
import { inUseMs, withWebhooksSeconds, type Mutation } from "./live-parts.ts";
import type { LivePage } from "./live-world.ts";

const defer = () => {};

/** The same loads, and something that is done after each. */
const afterLoads = (
  { load }: PageLoader<LivePage>,
  then: (page: LivePage, result: Awaited<ReturnType<PageLoader<LivePage>["load"]>>) => typeof result,
): PageLoader<LivePage> => ({ load: async (page, ...rest) => then(page, await load(page, ...rest)) });

type Mutant = { mutation: Mutation; noticedBy: Invariant; options?: Partial<HistoryOptions> };

export const mutants: Readonly<Record<string, Mutant>> = {
  "a spent budget is spent on": {
    noticedBy: "budget",
    options: { requests: 20, isAmple: false },
    mutation: { budget: (real) => ({ ...real, take: async () => ({ granted: true, left: 1 }) }) },
  },
  "readers wait for the log without an end": {
    noticedBy: "deadline",
    mutation: { readersLog: (real) => ({ ...real, sync: never }) },
  },
  "a load takes its position after the fetch": {
    noticedBy: "fresh",
    mutation: {
      reloads({ loader, changes, copies, clock }) {
        const late = afterLoads(loader, ({ key }, result) => {
          if (!result.ok || result.via !== "fetched") return result;
          const entry = { ...result.entry, position: changes.head() };
          copies.put(key, entry);
          return { ...result, entry };
        });
        return withReloads(late, { changes, copies, clock, defer, inUseMs });
      },
    },
  },
  "a follower calls an old log current": {
    noticedBy: "fresh",
    mutation: { followersClock: (real) => ({ ...real, now: () => real.now() / 20 }) },
  },
  "a reload ignores what was touched while it loaded": {
    noticedBy: "reload",
    mutation: {
      reloads({ loader, changes, copies, clock }) {
        const endedAt = new Map<string, number>();
        const noting = afterLoads(loader, ({ key }, result) => {
          endedAt.set(key, changes.head());
          return result;
        });
        const seen: typeof copies = {
          ...copies,
          get(key) {
            const copy = copies.get(key);
            return copy && { ...copy, position: Math.max(copy.position, endedAt.get(key) ?? 0) };
          },
        };
        return withReloads(noting, { changes, copies: seen, clock, defer, inUseMs });
      },
    },
  },
  "nothing is reloaded unless it is asked for": {
    noticedBy: "reload",
    mutation: { reloads: ({ loader }) => loader },
  },
  "reloads are nobody's": {
    noticedBy: "share",
    mutation: {
      reloads: ({ loader, ...rest }) =>
        withReloads(
          { load: (page, lane, _payer, floor) => loader.load(page, lane, undefined, floor) },
          { ...rest, defer, inUseMs },
        ),
    },
  },
  "a page that was just touched lasts as long as any": {
    noticedBy: "listener",
    mutation: {
      pace: (real) => ({
        ...real,
        lasting: (page, lasting) => ({ ...real.lasting(page, lasting), freshSecondsMax: undefined }),
      }),
    },
  },
  "silence is not suspicious": {
    noticedBy: "lasting",
    mutation: {
      pace: (real) => ({
        ...real,
        lasting: (page, lasting) => ({
          ...real.lasting(page, lasting),
          ...(lasting.volatility === "live" && { freshSeconds: withWebhooksSeconds }),
        }),
      }),
    },
  },
  "readers do not know what was hidden": {
    noticedBy: "hidden",
    mutation: {
      readersLog: (real) => ({ ...real, boundsOf: (subject) => ({ ...real.boundsOf(subject), shownFrom: 0 }) }),
    },
  },
  "a shield forgets the log when it starts anew": {
    noticedBy: "hidden",
    mutation: { restored: () => ({ head: 0, floor: 0, hiddenFloor: 0, touched: [] }) },
  },
};
