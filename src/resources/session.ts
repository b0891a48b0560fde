// One session, with its breakout rooms where they are asked for.
import * as parameters from "./parameters.ts";
import { oneResource } from "./define.ts";
import { exampleSession, sessionItem, sessionPath, sessionVolatility } from "./rows/session.ts";

export const session = oneResource({
  name: "sessions",
  operationId: "getSession",
  summary: "Get a session",
  description: "A session by its id.",
  version: 1,
  path: sessionPath,
  parameters: {
    include_breakout_rooms: parameters.flag("Whether the upstream is asked for the session's breakout rooms too."),
  },
  pageId: "SessionDetails",
  about: "A session.",
  ...sessionItem,
  nestedUnder: ["session"],
  at: [],
  owner: { by: "parent", path: sessionPath },
  volatility: ([row], context) => sessionVolatility(row, context),
  isShownByDefault: true,
  example: { success: true, data: exampleSession },
});
