// The session that goes on in a meeting now. That nobody is in is an ordinary answer, which a badge may poll.
import { oneResource } from "./define.ts";
import { exampleSession, sessionItem } from "./rows/session.ts";

export const activeSession = oneResource({
  name: "sessions",
  operationId: "getActiveSession",
  summary: "Get a meeting's active session",
  description:
    "The session that goes on in a meeting now. While nobody is in, the answer is a 404 with the code `no_active_session`, as fresh as a page.",
  version: 1,
  path: "/meetings/:meeting_id/active-session",
  parameters: {},
  pageId: "ActiveSession",
  about: "The session that goes on in a meeting.",
  ...sessionItem,
  nestedUnder: ["session"],
  at: [],
  owner: { by: "path", id: "meeting_id" },
  volatility: () => "live",
  absent: { code: "no_active_session" },
  isShownByDefault: true,
  example: { success: true, data: exampleSession },
});
