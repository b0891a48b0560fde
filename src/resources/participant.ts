// One participant of a session.
import * as parameters from "./parameters.ts";
import { oneResource } from "./define.ts";
import { exampleParticipant, participant as item, participantsVolatility } from "./rows/participant.ts";
import { sessionPath } from "./rows/session.ts";

export const participant = oneResource({
  name: "participants",
  operationId: "getParticipant",
  summary: "Get a participant",
  description: "A participant of a session by their id.",
  version: 1,
  path: `${sessionPath}/participants/:participant_id`,
  parameters: {
    include_peer_events: parameters.flag("Whether each step of their way in and out is shown."),
  },
  pageId: "ParticipantDetails",
  about: "A participant.",
  item,
  at: ["participant"],
  nestedUnder: ["participant"],
  owner: { by: "parent", path: sessionPath },
  freshBy: ["left_at"],
  volatility: participantsVolatility,
  isShownByDefault: true,
  example: { success: true, data: { participant: exampleParticipant } },
});
