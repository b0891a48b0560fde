// The log: one JSON line per thing worth keeping.
//
// Lines are built from events, which hold counts and codes only. As a last resort every configured secret, and whatever looks
// like a bearer token, is cut out of the line before it is written.
import { levelOf } from "./log-levels.ts";
import type { Event } from "./runtime.ts";

export type LogLine =
  | {
      kind: "request";
      request_id: string;
      method: string;
      route: string;
      status: number;
      duration_ms: number;
      events: readonly Event[];
    }
  | { kind: "event"; part: string; event: Event };

export type Log = (line: LogLine) => void;

/** Whether an event says only that the cache did its work: a line for each would be a line per request. */
export const isRoutine = (event: Event): boolean => levelOf(event) === "debug";

const tokenLike = /\b(?:Bearer\s+[^\s"\\]+|eyJ[\w.-]{8,}|cf(?:[ua]t|k)_[\w-]{20,})/g;

/** `write` takes one line without its line break. `secrets` never appear in it. */
export function createLog(write: (line: string) => void, secrets: readonly string[] = []): Log {
  // A line is JSON, so that a secret stands in it as JSON writes it.
  const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    let text = JSON.stringify(line);
    for (const secret of written) text = text.replaceAll(secret, "[redacted]");
    write(text.replace(tokenLike, "[redacted]"));
  };
}
