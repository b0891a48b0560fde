// When a session was streamed to viewers outside it. Only sessions of the type `livestream` are, once or twice, and some attempts fail.
import { integer, streamOf, uuid } from "./chance.ts";
import { type Plan, staysOf } from "./timeline.ts";

/** One stretch of streaming. Instants in epoch milliseconds. */
export type LivestreamPlan = {
  readonly id: string;
  readonly livestreamId: string;
  readonly invokedMs: number;
  readonly startedMs: number;
  readonly stoppedMs: number;
  readonly viewers: number;
  readonly error: string | null;
};

/** All stretches of streaming that a session ever has, in order of time. */
export function livestreamsOf(plan: Plan): readonly LivestreamPlan[] {
  if (plan.meeting.type !== "livestream" || plan.stays) return [];
  const next = streamOf(plan.seed, "livestreams");
  const livestreamId = uuid(streamOf(0, "livestream", plan.meeting.id));
  const count = next() < 0.75 ? 1 : 2;
  const untilMs = staysOf(plan)[0]?.leaveMs ?? plan.endMs;
  const shareMs = Math.floor((untilMs - plan.startMs) / count);
  return Array.from({ length: count }, (_, place) => {
    const invokedMs = plan.startMs + place * shareMs + integer(next, 1_000, Math.floor(shareMs * 0.2));
    const startedMs = invokedMs + integer(next, 2_000, 9_000);
    return {
      id: uuid(next),
      livestreamId,
      invokedMs,
      startedMs,
      stoppedMs: startedMs + integer(next, 1_000, Math.floor(shareMs * 0.7)),
      viewers: integer(next, 0, 60),
      error: next() < 0.08 ? "the ingest was lost" : null,
    };
  });
}

/** Seconds sent in, and seconds watched by all viewers together, up to `nowMs`. */
export function streamedSeconds(stream: LivestreamPlan, nowMs: number): { ingest: number; viewer: number } {
  const ms = Math.max(0, Math.min(nowMs, stream.stoppedMs) - stream.startedMs);
  return { ingest: Math.floor(ms / 1000), viewer: Math.round((ms * stream.viewers * 0.8) / 10) / 100 };
}
