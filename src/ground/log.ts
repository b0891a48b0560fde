// The log: one JSON line per thing worth keeping, with its time and level.
//
// Lines are built from events, which hold counts and codes only. As a last resort every configured secret, and whatever looks
// like a bearer token, is cut out of the line before it is written. Which lines are counted instead of written is in log-counts.ts.
import { createLogCounts } from "./log-counts.ts";
import { eventLevels, levelOf, rankOf } from "./log-levels.ts";
import type { Level } from "./log-levels.ts";
import { isoTime } from "./runtime.ts";
import type { Clock, Event, Report } from "./runtime.ts";

export type LogLine =
  | {
      kind: "request";
      request_id: string;
      /** The alias of the app, where the path names one that is configured. */
      app?: string | undefined;
      /** Which limit of the client refused it, if one did. */
      limit?: string | undefined;
      method: string;
      route: string;
      status: number;
      duration_ms: number;
      events: readonly Event[];
    }
  | {
      kind: "event";
      /** Of the service: `node`, `worker`, `shield`, `cors`, `identity` or `limiter`. */
      part: string;
      /** The request that began what this is about. */
      request_id?: string | undefined;
      app?: string | undefined;
      event: Event;
    };

/** Lines that were not written: how many in how long, by the code of a problem or the type of an event. */
type CountsLine = { kind: "counts"; for_ms: number; counts: Readonly<Record<string, number>> };

export type Log = (line: LogLine) => void;

export type LogOptions = {
  /** Without a timer, counts wait for the next line: on Workers none outlives its request. */
  clock: Pick<Clock, "now"> & Partial<Pick<Clock, "timer">>;
  /** The lowest level that is written; default info. With debug every line is written and none counted. */
  level?: Level;
  /** Texts that no line may hold. */
  secrets?: readonly string[];
};

/** An event of a part of the service as a line. */
export const reportTo =
  (log: Log, part: string): Report =>
  (event, about) =>
    log({ kind: "event", part, request_id: about?.requestId, app: about?.app, event });

const tokenLike = /\b(?:Bearer\s+[^\s"\\]+|eyJ[\w.-]{8,}|cf(?:[ua]t|k)_[\w-]{20,})/g;

/** `write` takes one line without its line break. `flush` writes the counts that are not due yet. */
export function createLog(
  write: (line: string) => void,
  { clock, level: lowest = "info", secrets = [] }: LogOptions,
): Log & { flush(): void } {
  // A line is JSON, so that a secret stands in it as JSON writes it.
  const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  const counts = createLogCounts();
  let cancelTimer: (() => void) | undefined;

  function writeLine(level: Level, line: LogLine | CountsLine): void {
    let text = JSON.stringify({ time: isoTime(clock.now()), level, ...line });
    for (const secret of written) text = text.replaceAll(secret, "[redacted]");
    write(text.replace(tokenLike, "[redacted]"));
  }

  function flush(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    const taken = counts.take(clock.now());
    if (taken) writeLine(taken.level, { kind: "counts", for_ms: taken.forMs, counts: taken.counts });
  }

  function log(line: LogLine): void {
    const { level, event } = gravestIn(line);
    if (rankOf(level) < rankOf(lowest)) return;
    const now = clock.now();
    if (counts.dueInMs(now) === 0) flush();
    const isWritten = lowest === "debug" || !isCounted(event) || counts.admit(reasonOf(event), level, now);
    if (isWritten) writeLine(level, line);
    else cancelTimer ??= clock.timer?.(counts.dueInMs(now) ?? 0, flush);
  }
  return Object.assign(log, { flush });
}

/** The level of a line and the event that has it: the last of the highest level. A request without events is routine. */
export function gravestIn(line: LogLine): { level: Level; event: Event | undefined } {
  if (line.kind === "event") return { level: levelOf(line.event), event: line.event };
  let gravest: Level = "debug";
  let of: Event | undefined;
  for (const event of line.events) {
    const level = levelOf(event);
    if (rankOf(level) < rankOf(gravest)) continue;
    gravest = level;
    of = event;
  }
  return { level: gravest, event: of };
}

const isCounted = (event: Event | undefined) => event !== undefined && eventLevels[event.type].isCounted;

const reasonOf = (event: Event | undefined) =>
  event?.type === "request.refused" ? event.code : (event?.type ?? "request");
