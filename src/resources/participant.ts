// One participant of a session.
import * as parameters from "./parameters.ts";
import { oneSchema, readOne } from "./read-page.ts";
import type { Resource } from "./resource.ts";
import { exampleParticipant, participant as item, participantsVolatility } from "./rows/participant.ts";
import { sessionPath } from "./rows/session.ts";

const at = ["participant"];

export const participant: Resource = {
  name: "participants",
  operationId: "getParticipant",
  summary: "Get a participant",
  description: "A participant of a session by their id.",
  version: 1,
  path: `${sessionPath}/participants/:participant_id`,
  parameters: {
    include_peer_events: parameters.flag("Whether each step of their way in and out is shown."),
  },
  rowsMax: () => 1,
  fields: Object.keys(item.fields),
  schemas: ["Participant"],
  at,
  shape: "one",
  page: oneSchema("ParticipantDetails", "A participant.", at, item.schema),
  read: (body, context) => readOne(body, { at, item, nestedUnder: ["participant"] }, context),
  owner: { by: "parent", path: sessionPath },
  freshBy: ["left_at"],
  volatility: participantsVolatility,
  isShownByDefault: true,
  example: { success: true, data: { participant: exampleParticipant } },
};
