// How much each event matters: one level for every event of the union in runtime.ts. The log's lines and docs/events.md take it from here.
//
// New event? Give it a level here and its words in scripts/event-texts.ts, then run `npm run readme`. The types fail until both are there.
import type { Event } from "./runtime.ts";

/**
 * debug: the cache did its work. info: worth a line. warn: somebody got less than they could have, or something looks wrong.
 * error: the operator has to look. `LOG_LEVEL` (default info) is the lowest that is written.
 */
export type Level = "debug" | "info" | "warn" | "error";

/** From the least to the most. */
export const levels = ["debug", "info", "warn", "error"] as const satisfies readonly Level[];

export type EventType = Event["type"];
export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

/** One level, or one for each value of the event's `because`. */
type LevelFor<Of extends Event> =
  | Level
  | (Of extends { because: infer Because extends string } ? Record<Because, Level> : never);

export const eventLevels = {
  "cache.hit": "debug",
  "cache.servedStale": { revalidating: "debug", deadline: "info", failed: "warn" },
  "cache.missed": "debug",
  "cache.rejected": "warn",
  "store.failed": "warn",
  "load.served": "debug",
  "load.completed": "debug",
  "load.failed": "warn",
  "load.droppedLate": "info",
  "load.remembered": "info",
  "upstream.answered": "info",
  "upstream.failed": "warn",
  "upstream.retried": "info",
  "upstream.limited": "error",
  "upstream.unauthorized": "error",
  "shield.failed": "error",
  "budget.refused": "warn",
  "breaker.opened": "error",
  "breaker.closed": "info",
  "redis.lost": "error",
  "redis.recovered": "info",
  "budget.closed": "error",
  "budget.opened": "info",
  "page.rowsDropped": "warn",
  "page.offsetContradicted": "warn",
  "page.rowsCut": "warn",
  "request.refused": "info",
  "request.failed": "error",
  "cors.refused": "warn",
  "proxy.untrusted": "warn",
  "node.listening": "info",
  "node.draining": "info",
  "identity.refused": "info",
  "identity.keysFetched": "info",
  "identity.keysFailed": "error",
  "limiter.failed": "warn",
  "config.warned": "warn",
  "config.rejected": "error",
} as const satisfies { readonly [Type in EventType]: LevelFor<EventOf<Type>> };

export function levelOf(event: Event): Level {
  const level: Level | Readonly<Record<string, Level>> = eventLevels[event.type];
  if (typeof level === "string") return level;
  return ("because" in event ? level[event.because] : undefined) ?? "warn";
}
