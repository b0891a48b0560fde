// The shape of what clients see: a session, a breakout room, a page. Schemas only; how an upstream answer becomes one is
// in `row.ts` and `page.ts`.
//
// Strict on purpose: every key is always there (`meta` alone is optional), no other key ever is. The lengths are in
// UTF-16 units, which is never less than the code points a JSON Schema validator counts.

import * as z from "zod";
import { SessionStatus } from "./parameters.ts";
import { PAGE_NO_MAX, PER_PAGE_MAX } from "./parameters.ts";
import { CANONICAL_PATTERN } from "../ground/timestamp.ts";

/** Part of every cache key and entry. Raise it with any change to the bytes of a page. */
export const PAGE_SCHEMA_VERSION = 1;

/** UUIDs today; room names and older ids pass as they are. Nothing that means something in a URL: clients build paths from ids. */
export const OPAQUE_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;
const ORGANIZATION_ID_PATTERN = /^[A-Za-z0-9_-]{0,128}$/;
export const DISPLAY_NAME_LENGTH_MAX = 1_024;
export const NUMBER_MAX = Number.MAX_SAFE_INTEGER;
export const BREAKOUT_ROOMS_MAX = 100;

export const SessionType = z.enum(["meeting", "livestream", "participant"]);
export type SessionType = z.infer<typeof SessionType>;

// Lengths stand in the document, patterns do not: generators that make mock data or schemas of their own fail on patterns beside a
// format, and on ids. No least length for a moment either: mock data has moments without milliseconds. The refinements hold for us alone.
const canonicalMoment = z
  .string()
  .max(24)
  .refine((text) => CANONICAL_PATTERN.test(text));

const moment = (description: string, example: string) =>
  canonicalMoment.meta({ format: "date-time", description, examples: [example] });

/** Below 2^53, so that a double holds it: said as a maximum and not as a format, which some clients read into a bigint. */
const count = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .max(NUMBER_MAX)
    .meta({ description, examples: [example] });

const opaqueId = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => OPAQUE_ID_PATTERN.test(text));

const roomFields = {
  id: opaqueId.meta({ description: "Id of the session.", examples: ["813432c7-3c5a-45e2-9acf-eef7061c7584"] }),
  associated_id: opaqueId.meta({
    description: "Id of the meeting the session belongs to: a UUID, or the room name of a V1 meeting.",
    examples: ["6bf2b8be-04dd-4191-b602-1128921a306b", "abcdef-ghijkl"],
  }),
  meeting_display_name: z
    .string()
    .max(DISPLAY_NAME_LENGTH_MAX)
    .meta({
      description: "Title of the meeting; empty when it has none. Longer titles are cut.",
      examples: ["Weekly review"],
    }),
  organization_id: z
    .string()
    .max(128)
    .refine((text) => ORGANIZATION_ID_PATTERN.test(text))
    .meta({
      description: "Id of the app that hosted the session.",
      examples: ["14a396e7-ca44-4937-bf1f-050a69118543"],
    }),
  type: SessionType.meta({ description: "Kind of session.", examples: ["meeting"] }),
  status: SessionStatus.meta({ description: "Whether the session is going on.", examples: ["LIVE"] }),
  live_participants: count("Participants in the session now. May be 0 while it is live.", 1),
  max_concurrent_participants: count("The most participants that were in the session at one time.", 2),
  minutes_consumed: z
    .number()
    .min(0)
    .max(NUMBER_MAX)
    .meta({ format: "double", description: "Participant minutes so far.", examples: [2.3434] }),
  created_at: moment(
    "When the session was recorded; `started_at` where the upstream does not say.",
    "2026-11-22T10:00:00.010Z",
  ),
  started_at: moment("When the session started.", "2026-11-22T10:00:00.000Z"),
  ended_at: canonicalMoment.nullable().meta({
    format: "date-time",
    description: "When the session ended; null while it is live, or where the upstream does not say.",
    examples: ["2026-11-22T11:02:14.120Z"],
  }),
  updated_at: moment(
    "When the record last changed; the latest time the record tells of where the upstream does not say.",
    "2026-11-22T10:05:00.784Z",
  ),
};

const meta = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({
    description:
      "The upstream's free-form data about the session. Only where the operator exposes it; left out when deeper or larger than allowed.",
    examples: [{ source: "calendar" }],
  });

/** A room that belongs to a session: the same fields, no rooms of its own. */
export const BreakoutRoom = z
  .strictObject({ ...roomFields, meta })
  .meta({ id: "BreakoutRoom", description: "A breakout room of a session." });
export type BreakoutRoom = z.infer<typeof BreakoutRoom>;

/** One session of the list. */
export const SessionRow = z
  .strictObject({
    ...roomFields,
    breakout_rooms: z
      .array(BreakoutRoom)
      .max(BREAKOUT_ROOMS_MAX)
      .meta({ description: "Breakout rooms of the session, unique by id." }),
    meta,
  })
  .meta({ id: "Session", description: "A session: one time a meeting took place, or takes place." });
export type SessionRow = z.infer<typeof SessionRow>;

/** Where a page stands in the list. */
export const Paging = z
  .strictObject({
    total_count: count("Sessions in the whole list; null when the upstream does not say.", 123).nullable(),
    start_offset: count("Position of the first session of the page, from 1; 0 on an empty page.", 1),
    end_offset: count("Position of the last session of the page, inclusive; 0 on an empty page.", 25),
    page_no: z
      .int()
      .min(1)
      .max(PAGE_NO_MAX)
      .meta({ format: "int32", description: "Number of the page, from 1.", examples: [1] }),
    per_page: z
      .int()
      .min(1)
      .max(PER_PAGE_MAX)
      .meta({ format: "int32", description: "Sessions asked for on a page.", examples: [25] }),
    has_more: z.boolean().meta({
      description: "Whether a further page is to be expected. Without a total: whether this page is full.",
      examples: [true],
    }),
  })
  .meta({ id: "Paging", description: "Where the page stands in the list." });
export type Paging = z.infer<typeof Paging>;

/** The one representation of a page, at both mounts. */
export const SessionPage = z
  .strictObject({
    success: z
      .literal(true)
      .meta({ description: "Always true: anything else is a problem document.", examples: [true] }),
    data: z
      .strictObject({
        sessions: z
          .array(SessionRow)
          .max(PER_PAGE_MAX)
          .meta({ description: "The sessions of the page in the order asked for, unique by id." }),
      })
      .meta({ description: "The envelope of the upstream." }),
    paging: Paging,
    dropped_count: count(
      "Sessions and breakout rooms that the upstream sent and that were left out because they could not be made valid, or were there twice.",
      0,
    ),
  })
  .meta({ id: "SessionPage", description: "A page of sessions." });
export type SessionPage = z.infer<typeof SessionPage>;
