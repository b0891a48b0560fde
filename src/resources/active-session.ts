// The session that goes on in a meeting now. That nobody is in is an ordinary answer, which a badge may poll.
import { oneSchema, readOne } from "./read-page.ts";
import type { Resource } from "./resource.ts";
import { exampleSession, session as item } from "./rows/session.ts";

export const activeSession: Resource = {
  name: "sessions",
  operationId: "getActiveSession",
  summary: "Get a meeting's active session",
  description:
    "The session that goes on in a meeting now. While nobody is in, the answer is a 404 with the code `no_active_session`, as fresh as a page.",
  version: 1,
  path: "/meetings/:meeting_id/active-session",
  parameters: {},
  rowsMax: () => 1,
  fields: Object.keys(item.fields),
  nested: "breakout_rooms",
  schemas: ["Session", "BreakoutRoom"],
  at: [],
  shape: "one",
  page: oneSchema("ActiveSession", "The session that goes on in a meeting.", [], item.schema),
  read: (body, context) => readOne(body, { at: [], item, nestedUnder: ["session"] }, context),
  owner: { by: "path", id: "meeting_id" },
  freshBy: ["status"],
  volatility: () => "live",
  absent: { code: "no_active_session" },
  isShownByDefault: true,
  example: { success: true, data: exampleSession },
};
