// One connection to a stream of events, from its opening to its end.
//
// A proxy that holds answers back is found by silence: the service writes at once when a stream opens, and every 15 seconds from then on.
import { createParser } from "eventsource-parser";
import { parsed, Problem, problemIn, problemOf, unexpected } from "./problem.ts";
import { follow } from "./timing.ts";
import type { Timing } from "./timing.ts";
import type { Transport } from "./transport.ts";

export type StreamBounds = {
  /** How long the first byte may take. */
  firstMsMax: number;
  /** How long a stream may be silent. */
  silenceMsMax: number;
};

export type StreamEvents = {
  /** Something came, if only a comment, and was told as far as it could be: the connection works. */
  sign(): void;
  page(page: object, id: string | undefined): void;
  problem(problem: Problem): void;
  /** How soon to come back after the end. */
  retry(ms: number): void;
};

/**
 * How a connection ended. `refusal`: it brought no byte, and why. `isBlocked`: something answered, or kept still, that is not a stream, so
 * that it is not worth trying again soon.
 */
export type StreamEnd = { hasSpoken: boolean; isBlocked?: boolean; refusal?: Problem | undefined };

export type StreamParts = { transport: Transport; timing: Timing; bounds: StreamBounds };

/** Rejects only with the signal's reason. */
export async function openStream(
  { transport, timing, bounds }: StreamParts,
  path: string,
  lastId: string | undefined,
  caller: AbortSignal,
  events: StreamEvents,
): Promise<StreamEnd> {
  const own = follow(caller);
  let cancel = timing.timer(bounds.firstMsMax, () => own.abort());
  let hasSpoken = false;
  let isAnswered = false;
  const parser = createParser({
    onRetry: events.retry,
    onEvent({ event, id, data }) {
      const value = parsed(data);
      if (typeof value !== "object" || value === null) return;
      if (event === "page") events.page(value, id);
      else if (event === "problem") {
        const problem = problemIn(value);
        if (problem) events.problem(problem);
      }
    },
  });
  try {
    const headers = { accept: "text/event-stream", ...(lastId !== undefined && { "last-event-id": lastId }) };
    const response = await transport.ask(path, headers, own.signal);
    isAnswered = true;
    if (!response.ok) throw await problemOf(response);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || !response.body) throw unexpected(response.status, response.headers);
    const decoder = new TextDecoder();
    for (const reader = response.body.getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) break;
      cancel();
      cancel = timing.timer(bounds.silenceMsMax, () => own.abort());
      hasSpoken = true;
      parser.feed(decoder.decode(value, { stream: true }));
      events.sign();
    }
    return { hasSpoken, isBlocked: !hasSpoken };
  } catch (cause) {
    caller.throwIfAborted();
    if (hasSpoken) return { hasSpoken };
    const refusal = cause instanceof Problem ? cause : undefined;
    const isSilent = own.signal.aborted;
    return { hasSpoken, refusal, isBlocked: isSilent || (isAnswered && refusal?.retryAfterMs === undefined) };
  } finally {
    cancel();
    own.release();
  }
}
