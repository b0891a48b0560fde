// One session, with its breakout rooms where they are asked for.
import * as parameters from "./parameters.ts";
import { oneSchema, readOne } from "./read-page.ts";
import type { Resource } from "./resource.ts";
import { exampleSession, session as item, sessionPath, sessionVolatility } from "./rows/session.ts";

export const session: Resource = {
  name: "sessions",
  operationId: "getSession",
  summary: "Get a session",
  description: "A session by its id.",
  version: 1,
  path: sessionPath,
  parameters: {
    include_breakout_rooms: parameters.flag("Whether the upstream is asked for the session's breakout rooms too."),
  },
  rowsMax: () => 1,
  fields: Object.keys(item.fields),
  nested: "breakout_rooms",
  schemas: ["Session", "BreakoutRoom"],
  at: [],
  shape: "one",
  page: oneSchema("SessionDetails", "A session.", [], item.schema),
  read: (body, context) => readOne(body, { at: [], item, nestedUnder: ["session"] }, context),
  owner: { by: "parent", path: sessionPath },
  freshBy: ["status"],
  volatility: ([row], context) => sessionVolatility(row, context),
  isShownByDefault: true,
  example: { success: true, data: exampleSession },
};
