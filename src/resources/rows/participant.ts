// Somebody who was in a session, as clients see them. Call statistics and network data that older versions of the upstream mix in never
// pass: they hold addresses and places.
import * as fields from "../fields.ts";
import * as kinds from "../kinds.ts";
import { volatilityByEnd } from "../settling.ts";

const EVENTS_MAX = 1_000;
const { defaulted, nullable, required } = fields;

const peerEvent = fields.itemOf("PeerEvent", "One step of a participant's way in or out.", {
  id: nullable(kinds.id, "Id of the event.", "0a5b0a4e-6f0e-4b8e-9f0a-2d1f6f0e4b8e"),
  peer_id: nullable(kinds.id, "Id of the connection.", "d2f0e4b8-9f0a-4d1f-8e6f-0e4b8e0a5b0a"),
  participant_id: nullable(
    kinds.id,
    "Id of the participant, where the upstream says it.",
    "9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84",
  ),
  session_id: nullable(
    kinds.id,
    "Id of the session, where the upstream says it.",
    "813432c7-3c5a-45e2-9acf-eef7061c7584",
  ),
  socket_session_id: nullable(
    kinds.id,
    "Id of the socket, where the upstream says it.",
    "5b0a0e4b-8e0a-46f0-a4d1-f8e6f0e4b8e9",
  ),
  event_name: required(
    kinds.openWord,
    "What happened: `PEER_CREATED`, `PEER_JOINING`, `PEER_LEAVING`, or another.",
    "PEER_JOINING",
  ),
  preset_view_type: nullable(kinds.openWord, "Kind of view, such as `GROUP_CALL`.", "GROUP_CALL"),
  minutes_consumed: nullable(kinds.amountOrText, "Minutes so far.", 1.5),
  created_at: nullable(kinds.moment, "When it happened.", "2026-11-22T10:00:00.000Z"),
  updated_at: nullable(kinds.moment, "When the record last changed.", "2026-11-22T10:00:00.000Z"),
});

const person = {
  id: required(kinds.id, "Id of the participant, the same as the peer's.", "9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84"),
  user_id: nullable(kinds.id, "Id of the user, where the upstream says it.", "5d0e9b84-7f2c-41b6-a358-9c1a4d2ef74e"),
  custom_participant_id: nullable(kinds.text(256), "The id that the application gave.", "student-17"),
  display_name: nullable(kinds.text(), "The name shown in the meeting.", "Ada"),
};

const stay = {
  joined_at: nullable(kinds.moment, "When they first joined.", "2026-11-22T10:00:00.000Z"),
  left_at: nullable(kinds.moment, "When they last left; null while they are in.", "2026-11-22T10:31:12.000Z"),
  duration: nullable(kinds.amountOrText, "Minutes in the session.", 31.2),
};

const records = {
  created_at: nullable(kinds.moment, "When the record was made.", "2026-11-22T10:00:00.010Z"),
  updated_at: nullable(kinds.moment, "When the record last changed.", "2026-11-22T10:31:12.010Z"),
  peer_events: defaulted(
    fields.listOf(peerEvent, EVENTS_MAX),
    [],
    "Each step of their way in and out. Empty unless `include_peer_events` is true.",
  ),
};

export const participant = fields.itemOf("Participant", "Somebody who was in the session.", {
  ...person,
  preset_name: nullable(kinds.text(256), "The preset they joined with.", "group_call_participant"),
  ...stay,
  ...records,
});

/** Fields that a peer report has in common with a participant. */
export const peerFields = { person, stay, records };

/** As the session: while somebody is in, or nobody was yet, it goes on. */
export const participantsVolatility = volatilityByEnd("left_at");

export const exampleParticipant = {
  id: "9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84",
  user_id: "5d0e9b84-7f2c-41b6-a358-9c1a4d2ef74e",
  custom_participant_id: "student-17",
  display_name: "Ada",
  preset_name: "group_call_participant",
  joined_at: "2026-11-22T10:00:00.000Z",
  left_at: "2026-11-22T10:31:12.000Z",
  duration: 31.2,
  created_at: "2026-11-22T10:00:00.010Z",
  updated_at: "2026-11-22T10:31:12.010Z",
  peer_events: [],
};
