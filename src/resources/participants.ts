// Everybody who was in a session.
import * as parameters from "./parameters.ts";
import { listResource } from "./define.ts";
import { ROWS_MAX, rowsAnywhere } from "./read-page.ts";
import { exampleParticipant, participant, participantsVolatility } from "./rows/participant.ts";
import { sessionPath } from "./rows/session.ts";

export const participants = listResource({
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
  pageId: "ParticipantPage",
  rows: "The participants",
  perPageMax: ROWS_MAX,
  item: participant,
  at: ["participants"],
  rowsIn: rowsAnywhere("participants"),
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
});
