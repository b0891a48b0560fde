// A session as clients see it, in lists, alone, and as a breakout room of another one.
//
// `organization_id` becomes the app that was asked, because the official example omits it; `created_at` becomes `started_at`, and
// `updated_at` the latest time the row tells of, so that an upstream which stops sending them costs a detail, not every page.
// `ended_at` is null while LIVE, whatever the row says.
import type { Volatility } from "../../ground/volatility.ts";
import * as fields from "../fields.ts";
import * as kinds from "../kinds.ts";
import type { ItemKind } from "../fields.ts";
import { parseInstant } from "../../ground/timestamp.ts";
import type { Item, ReadContext } from "../resource.ts";
import { volatilityAfter } from "../settling.ts";

/** Where everything that hangs on a session finds it. */
export const sessionPath = "/sessions/:session_id";

const BREAKOUT_ROOMS_MAX = 100;

const { completed, defaulted, loose, nullable, omittable, required } = fields;

/** Minutes of one kind, as the split of `minutes_consumed` by what is billed. */
const minutesOf = (kind: string) =>
  loose(kinds.amountOrText, `Minutes of ${kind} so far; null where the upstream does not say.`, 2.3434);

/** What no document of the upstream lists, and what clients of the live service find in its rows. */
const undocumented = {
  total_participants: loose(kinds.countOrText, "Everybody who ever joined; null where the upstream does not say.", 3),
  recording_status: loose(
    kinds.openWord,
    "State of the session's recordings, an open list; null where the upstream does not say.",
    "NOT_RECORDED",
  ),
  livestream_status: loose(
    kinds.openWord,
    "State of the session's livestreams, an open list; null where the upstream does not say.",
    "NOT_LIVESTREAMED",
  ),
  parent_session_id: loose(
    kinds.id,
    "Of a breakout room, the session it belongs to; null for any other, and where the upstream does not say.",
    "3ff7a0a4-4d2f-4c7e-a0a4-f5b1d9a1c8be",
  ),
  group_call_minutes_consumed: minutesOf("group calls"),
  webinar_minutes_consumed: minutesOf("webinars"),
  audio_room_minutes_consumed: minutesOf("audio rooms"),
  livestream_minutes_consumed: minutesOf("livestreams"),
  chat_minutes_consumed: minutesOf("chat"),
  recording_minutes_consumed: minutesOf("recordings"),
  transcription_minutes_consumed: minutesOf("transcription"),
};

const room = {
  id: required(kinds.id, "Id of the session.", "813432c7-3c5a-45e2-9acf-eef7061c7584"),
  associated_id: required(
    kinds.id,
    "Id of the meeting the session belongs to: a UUID, or the room name of a V1 meeting.",
    "6bf2b8be-04dd-4191-b602-1128921a306b",
    "abcdef-ghijkl",
  ),
  meeting_display_name: defaulted(
    kinds.text(),
    "",
    "Title of the meeting; empty when it has none. Longer titles are cut.",
    "Weekly review",
  ),
  organization_id: completed(
    kinds.idOrEmpty,
    "Id of the app that hosted the session.",
    "14a396e7-ca44-4937-bf1f-050a69118543",
  ),
  type: required(kinds.word(["meeting", "livestream", "participant"]), "Kind of session.", "meeting"),
  status: required(kinds.word(["LIVE", "ENDED"]), "Whether the session is going on.", "LIVE"),
  live_participants: required(kinds.count, "Participants in the session now. May be 0 while it is live.", 1),
  max_concurrent_participants: required(kinds.count, "The most participants that were in the session at one time.", 2),
  minutes_consumed: required(kinds.amount, "Participant minutes so far.", 2.3434),
  created_at: completed(
    kinds.moment,
    "When the session was recorded; `started_at` where the upstream does not say.",
    "2026-11-22T10:00:00.010Z",
  ),
  started_at: required(kinds.moment, "When the session started.", "2026-11-22T10:00:00.000Z"),
  ended_at: nullable(
    kinds.moment,
    "When the session ended; null while it is live, or where the upstream does not say.",
    "2026-11-22T11:02:14.120Z",
  ),
  updated_at: completed(
    kinds.moment,
    "When the record last changed; the latest time the record tells of where the upstream does not say.",
    "2026-11-22T10:05:00.784Z",
  ),
  ...undocumented,
};

const meta = omittable(
  kinds.meta,
  "The upstream's free-form data about the session. Only where the operator exposes it; left out when deeper or larger than allowed.",
  { source: "calendar" },
);

type Times = {
  status: string;
  started_at: string;
  created_at: string | null;
  ended_at: string | null;
  updated_at: string | null;
};

const finish: ItemKind["finish"] = (draft, { appId }) => {
  const { status, started_at, ...times } = draft as Times;
  const created = times.created_at ?? started_at;
  const ended = status === "LIVE" ? null : times.ended_at;
  draft["organization_id"] ??= appId;
  draft["created_at"] = created;
  draft["ended_at"] = ended;
  // Canonical times sort as texts.
  draft["updated_at"] ??= [started_at, created, ended ?? ""].reduce((one, other) => (other > one ? other : one));
};

/** A room that belongs to a session: the same fields, no rooms of its own. */
export const breakoutRoom = fields.itemOf("BreakoutRoom", "A breakout room of a session.", { ...room, meta }, finish);

/** One time a meeting took place, or takes place. */
export const session = fields.itemOf(
  "Session",
  "A session: one time a meeting took place, or takes place.",
  {
    ...room,
    breakout_rooms: defaulted(
      fields.listOf(breakoutRoom, BREAKOUT_ROOMS_MAX),
      [],
      "Breakout rooms of the session, unique by id.",
    ),
    meta,
  },
  finish,
);

/** What every resource of sessions shows. */
export const sessionItem = {
  item: session,
  nestedItem: breakoutRoom,
  nested: "breakout_rooms",
  freshBy: ["status"],
};

/** LIVE sessions change every second; those ended lately still settle. */
export function sessionVolatility(item: Item | undefined, { now }: Pick<ReadContext, "now">): Volatility {
  return item?.["status"] === "LIVE" ? "live" : volatilityAfter(parseInstant(item?.["ended_at"]), now);
}

/** A session in every field, for the document's examples. */
export const exampleSession = {
  id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
  associated_id: "6bf2b8be-04dd-4191-b602-1128921a306b",
  meeting_display_name: "Weekly review",
  organization_id: "14a396e7-ca44-4937-bf1f-050a69118543",
  type: "meeting",
  status: "LIVE",
  live_participants: 1,
  max_concurrent_participants: 2,
  minutes_consumed: 2.3434,
  created_at: "2026-11-22T10:00:00.010Z",
  started_at: "2026-11-22T10:00:00.000Z",
  ended_at: null,
  updated_at: "2026-11-22T10:05:00.784Z",
  total_participants: 3,
  recording_status: "NOT_RECORDED",
  livestream_status: "NOT_LIVESTREAMED",
  parent_session_id: null,
  group_call_minutes_consumed: 2.3434,
  webinar_minutes_consumed: 0,
  audio_room_minutes_consumed: 0,
  livestream_minutes_consumed: 0,
  chat_minutes_consumed: 0,
  recording_minutes_consumed: 0,
  transcription_minutes_consumed: 0,
  breakout_rooms: [],
};
