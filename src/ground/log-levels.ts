// How much each event matters: one row for every event of the union in runtime.ts. The log's lines and docs/events.md take it from here.
//
// New event? Give it a row here and its words in scripts/event-texts.ts, then run `npm run readme`. The types fail until both are there.
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

/** `isCounted`: clients decide how many there are, so those beyond ten a minute get no line and are counted (log-counts.ts). */
type Row<Of extends Event> = { level: LevelFor<Of>; isCounted: boolean };

const perRequest = <Levels>(level: Levels) => ({ level, isCounted: true });
/** A change of state, or bounded by the budget. These always get a line. */
const rare = <Levels>(level: Levels) => ({ level, isCounted: false });

export const eventLevels = {
  "cache.hit": perRequest("debug"),
  "cache.servedStale": perRequest({ revalidating: "debug", deadline: "info", failed: "warn" }),
  "cache.missed": perRequest("debug"),
  "cache.rejected": perRequest("warn"),
  "store.failed": perRequest("warn"),
  "load.served": perRequest("debug"),
  "load.completed": perRequest("debug"),
  "load.failed": perRequest("warn"),
  "load.droppedLate": perRequest("info"),
  "load.remembered": perRequest("info"),
  "upstream.answered": rare("info"),
  "upstream.failed": rare("warn"),
  "upstream.retried": rare("info"),
  "upstream.limited": rare("error"),
  "upstream.unauthorized": rare("error"),
  "shield.failed": perRequest("error"),
  "changes.failed": perRequest("error"),
  "webhooks.silent": rare("warn"),
  "stream.ended": perRequest("info"),
  "export.ended": perRequest({ complete: "info", incomplete: "warn", gone: "info", slow: "info" }),
  "budget.refused": perRequest("warn"),
  "breaker.opened": rare("error"),
  "breaker.closed": rare("info"),
  "redis.lost": rare("error"),
  "redis.recovered": rare("info"),
  "budget.closed": rare("error"),
  "budget.opened": rare("info"),
  "page.rowsDropped": perRequest("warn"),
  "page.offsetContradicted": perRequest("warn"),
  "page.rowsCut": perRequest("warn"),
  "artefact.unavailable": perRequest("warn"),
  "request.refused": perRequest("info"),
  "request.failed": perRequest("error"),
  "cors.refused": rare("warn"),
  "proxy.untrusted": rare("warn"),
  "node.listening": rare("info"),
  "node.draining": rare("info"),
  "connection.dropped": perRequest("warn"),
  "identity.refused": perRequest("info"),
  "identity.keysFetched": rare("info"),
  "identity.keysFailed": rare("error"),
  "login.began": perRequest("debug"),
  "login.completed": perRequest("info"),
  "login.refused": perRequest("warn"),
  "login.unavailable": perRequest("error"),
  "login.ended": perRequest("info"),
  "login.providerFetched": rare("info"),
  "login.providerFailed": rare("error"),
  "login.storeFailed": perRequest("error"),
  "purge.recorded": rare("info"),
  "webhook.taken": perRequest("info"),
  "webhook.ignored": perRequest({ foreign_app: "warn", no_app: "warn", unknown_event: "info", duplicate: "info" }),
  "webhook.refused": perRequest("info"),
  "webhook.postponed": perRequest("error"),
  "webhook.keyFetched": rare("info"),
  "webhook.keyFailed": rare("error"),
  "limiter.failed": rare("warn"),
  "config.warned": rare("warn"),
  "config.rejected": rare("error"),
} as const satisfies { readonly [Type in EventType]: Row<EventOf<Type>> };

export function levelOf(event: Event): Level {
  const { level }: { level: Level | Readonly<Record<string, Level>> } = eventLevels[event.type];
  if (typeof level === "string") return level;
  return ("because" in event ? level[event.because] : undefined) ?? "warn";
}

/** 0 for debug to 3 for error. */
export const rankOf = (level: Level): number => levels.indexOf(level);
