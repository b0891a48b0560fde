// Which generator answers which route of an app.
import { analytics } from "./analytics.ts";
import { chat } from "./chat.ts";
import { livestreams } from "./livestreams.ts";
import { participant, participants } from "./participants.ts";
import { peerReport } from "./peer-report.ts";
import type { Generator } from "./question.ts";
import { recordings } from "./recordings.ts";
import type { AppRoute } from "./routes.ts";
import { activeSession, session } from "./session.ts";
import { sessions } from "./sessions.ts";
import { summary } from "./summary.ts";
import { transcript } from "./transcript.ts";

/** One generator for every route below an app. */
export const generators: Readonly<Record<AppRoute, Generator>> = {
  sessions,
  session,
  "active-session": activeSession,
  participants,
  participant,
  "peer-report": peerReport,
  chat,
  transcript,
  summary,
  livestreams,
  recordings,
  analytics,
};
