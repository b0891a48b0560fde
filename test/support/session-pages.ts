// Random pages in the strict shape that is kept in the cache, with the rows of a few meetings mixed.
import fc from "fast-check";
import { SessionPage } from "./session-list.ts";
import type { BreakoutRoom } from "./session-list.ts";

const count = fc.nat(1_000);
const moment = fc
  .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2035-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const text = fc.string({ maxLength: 20 }).map((value) => value.replaceAll(/\p{Cs}/gu, ""));

/** A room or a session without rooms, of one of the meetings. */
const roomOf = (meetings: readonly string[]): fc.Arbitrary<BreakoutRoom> =>
  fc.record(
    {
      id: fc.uuid(),
      associated_id: fc.constantFrom(...meetings, ...meetings.map((meeting) => meeting.toUpperCase())),
      meeting_display_name: text,
      organization_id: fc.constant("app-1"),
      type: fc.constantFrom("meeting", "livestream", "participant"),
      status: fc.constantFrom("LIVE", "ENDED"),
      live_participants: count,
      max_concurrent_participants: count,
      minutes_consumed: fc.double({ min: 0, max: 1_000, noNaN: true }).map((value) => value + 0),
      created_at: moment,
      started_at: moment,
      ended_at: fc.option(moment),
      updated_at: moment,
      total_participants: fc.option(count),
      recording_status: fc.constantFrom("NOT_RECORDED", "UPLOADED", null),
      livestream_status: fc.constantFrom("NOT_LIVESTREAMED", null),
      parent_session_id: fc.option(fc.uuid()),
      group_call_minutes_consumed: fc.option(count),
      webinar_minutes_consumed: fc.option(count),
      audio_room_minutes_consumed: fc.option(count),
      livestream_minutes_consumed: fc.option(count),
      chat_minutes_consumed: fc.option(count),
      recording_minutes_consumed: fc.option(count),
      transcription_minutes_consumed: fc.option(count),
      meta: fc.record({ source: text }),
    },
    { requiredKeys: fieldsOfEveryRoom },
  );

const fieldsOfEveryRoom = [
  ...(["id", "associated_id", "meeting_display_name", "organization_id", "type", "status"] as const),
  ...(["live_participants", "max_concurrent_participants", "minutes_consumed"] as const),
  ...(["created_at", "started_at", "ended_at", "updated_at"] as const),
  ...(["total_participants", "recording_status", "livestream_status", "parent_session_id"] as const),
  ...(["group_call_minutes_consumed", "webinar_minutes_consumed", "audio_room_minutes_consumed"] as const),
  ...(["livestream_minutes_consumed", "chat_minutes_consumed", "recording_minutes_consumed"] as const),
  ...(["transcription_minutes_consumed"] as const),
];

/** Keys in the order of the schema, as everything that reads an upstream answer makes them. */
export const sessionPage = (meetings: readonly string[]): fc.Arbitrary<SessionPage> =>
  fc
    .record({
      rows: fc.array(fc.record({ session: roomOf(meetings), rooms: fc.array(roomOf(meetings), { maxLength: 2 }) }), {
        maxLength: 8,
      }),
      perPage: fc.integer({ min: 8, max: 20 }),
      pageNo: fc.integer({ min: 1, max: 5 }),
      total: fc.option(fc.integer({ min: 100, max: 500 })),
      dropped: fc.nat(3),
    })
    .map(({ rows, perPage, pageNo, total, dropped }) => {
      const start = rows.length === 0 ? 0 : (pageNo - 1) * perPage + 1;
      return SessionPage.parse({
        success: true,
        data: { sessions: rows.map(({ session, rooms }) => ({ ...session, breakout_rooms: rooms })) },
        paging: {
          total_count: total,
          start_offset: start,
          end_offset: rows.length === 0 ? 0 : start + rows.length - 1,
          page_no: pageNo,
          per_page: perPage,
          has_more: total !== null,
        },
        dropped_count: dropped,
      });
    });
