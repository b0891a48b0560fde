// What one process's load tells the others: its page through the store, its failure as a line of JSON.
//
// A failure that says something of the process and not of the page (its breaker, its own faults) is not shared:
// another process may fare better. A refusal by the budget is told to those who wait and not kept, because a stronger lane
// may pass where a weaker one did not. That a client had its share says nothing of others and is not told: they ask for themselves. Faults of the page are kept for a second: the whole fleet backs off.
import * as z from "zod";
import type { Failure } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import type { EntryCheck } from "./entry-check.ts";
import { judge } from "./freshness.ts";
import type { Flight } from "./page-loader.ts";
import type { Sharing } from "./sharing.ts";
import { decodeEntry } from "./envelope.ts";

const keptMs = 1_000;
const retryAfterSeconds = z.number().int().min(1).max(3_600);
const reason = z.string().max(100);

const Told = z.object({
  lane: z.enum(["cold", "old", "refresh", "warm"]),
  failure: z.discriminatedUnion("code", [
    z.object({ code: z.literal("not_found") }),
    z.object({ code: z.literal("upstream_unauthorized") }),
    z.object({ code: z.literal("upstream_timeout") }),
    z.object({ code: z.literal("upstream_failed"), reason }),
    z.object({ code: z.literal("upstream_malformed"), reason }),
    z.object({ code: z.literal("upstream_limited"), retryAfterSeconds }),
    z.object({ code: z.literal("budget_spent"), retryAfterSeconds }),
  ]),
});

/** For the flights of a page loader. A page answers only while it is fresh: an older one is what made somebody load. */
export function createFlightSharing({
  clock,
  check,
}: {
  clock: Pick<Clock, "now">;
  check: EntryCheck;
}): Sharing<Flight> {
  return {
    async fromPage(key, page) {
      const found = decodeEntry(key, page, clock.now(), check);
      if (found.state !== "entry" || judge(found.entry, clock.now()).serve !== "fresh") return undefined;
      return { ok: true, entry: found.entry, isNew: false };
    },
    toText(flight) {
      if (flight.ok) return undefined;
      const told = Told.safeParse({ lane: flight.lane, failure: flight.failure });
      if (!told.success) return undefined;
      return { text: JSON.stringify(told.data), keepMs: isOfThePage(told.data.failure) ? keptMs : 0 };
    },
    fromText(text) {
      const told = Told.safeParse(parseJson(text));
      return told.success ? { ok: false, ...told.data, client: undefined, fallback: undefined } : undefined;
    },
  };
}

const isOfThePage = ({ code }: Failure) => code !== "upstream_limited" && code !== "budget_spent";

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
