// Everybody who was in a session.
import * as parameters from "./parameters.ts";
import { listSchema, readList, ROWS_MAX, rowsAnywhere } from "./read-page.ts";
import type { Resource } from "./resource.ts";
import { exampleParticipant, participant, participantsVolatility } from "./rows/participant.ts";
import { sessionPath } from "./rows/session.ts";

const at = ["participants"];

export const participants: Resource = {
  name: "participants",
  operationId: "listParticipants",
  summary: "List a session's participants",
  description: "A page of the people who were in a session.",
  version: 1,
  path: `${sessionPath}/participants`,
  parameters: {
    search: parameters.search("Text to look for in the participant's ids and display name.", [
      "id",
      "custom_participant_id",
      "display_name",
    ]),
    sort_by: parameters.choice(["joinedAt", "duration"], "What the list is sorted by.", {
      fallback: "joinedAt",
      looksAt: ["duration"],
    }),
    sort_order: parameters.sortOrder,
    view: parameters.choice(
      ["raw", "consolidated"],
      "In sessions with breakout rooms, `raw` counts each session by itself, and `consolidated` them together.",
      { fallback: "raw" },
    ),
    include_peer_events: parameters.flag("Whether each step of their way in and out is shown."),
    ...parameters.paging("Participants", ROWS_MAX),
  },
  rowsMax: ({ per_page }) => Number(per_page),
  fields: Object.keys(participant.fields),
  schemas: ["Participant"],
  at,
  shape: "list",
  page: listSchema("ParticipantPage", { at, item: participant, rows: "The participants", rowsMax: ROWS_MAX }),
  read: (body, context) => readList(body, { at, item: participant, rowsIn: rowsAnywhere("participants") }, context),
  owner: { by: "parent", path: sessionPath },
  freshBy: ["left_at"],
  volatility: participantsVolatility,
  isShownByDefault: true,
  example: {
    success: true,
    data: { participants: [exampleParticipant] },
    paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
    dropped_count: 0,
  },
};
