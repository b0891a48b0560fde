// What a session leaves behind as a file: chat, transcript, summary. Each comes some minutes after the end; some sessions never have
// one, some have a file of 0 bytes, and some transcripts are the placeholder that all sessions of an account share.
import { integer, streamOf } from "./chance.ts";
import type { Plan } from "./timeline.ts";

/** The kinds of files that belong to one session. */
export type ArtefactKind = "chat" | "transcript" | "summary";

/**
 * What becomes of an artefact. `absent`: never there. `placeholder`: a link that works, to an empty file outside the session's own
 * folder. `empty`: a file of 0 bytes.
 */
export type ArtefactState = "absent" | "placeholder" | "empty" | "ready";

/** An artefact's fate, and from when on it is there (epoch milliseconds). */
export type Artefact = { readonly state: ArtefactState; readonly readyMs: number };

const minuteMs = 60_000;

/** The fate of one artefact of a session. Without a transcript there is no summary. */
export function artefactOf(plan: Plan, kind: ArtefactKind): Artefact {
  const next = streamOf(plan.seed, "artefact", kind);
  const draw = next();
  switch (kind) {
    case "chat":
      return {
        state: draw < 0.25 ? "absent" : draw < 0.35 ? "empty" : "ready",
        readyMs: plan.endMs + integer(next, 60_000, 4 * minuteMs),
      };
    case "transcript":
      return {
        state: draw < 0.2 ? "absent" : draw < 0.4 ? "placeholder" : draw < 0.5 ? "empty" : "ready",
        readyMs: plan.endMs + integer(next, 3 * minuteMs, 12 * minuteMs),
      };
    case "summary": {
      const transcript = artefactOf(plan, "transcript");
      const readyMs = transcript.readyMs + integer(next, 2 * minuteMs, 5 * minuteMs);
      if (transcript.state !== "ready") return { state: "absent", readyMs };
      return { state: draw < 0.15 ? "absent" : draw < 0.25 ? "empty" : "ready", readyMs };
    }
  }
}
