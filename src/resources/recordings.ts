// The recordings of an app. Storage settings and who caused a recording never pass. Where tracks are recorded separately, the upstream sends
// a list of links in place of one; clients know one link, so such a row has none.
import { parseInstant } from "../ground/timestamp.ts";
import * as fields from "./fields.ts";
import * as kinds from "./kinds.ts";
import * as parameters from "./parameters.ts";
import { listResource } from "./define.ts";
import { rowsAnywhere } from "./read-page.ts";
import { expiryOf } from "./artefact.ts";
import { volatilityOfWindow, windowClosesAt } from "./settling.ts";

const PER_PAGE_MAX = 100;
const { loose, nullable, required } = fields;
const states = ["INVOKED", "RECORDING", "UPLOADING", "UPLOADED", "ERRORED", "PAUSED"] as const;
const endStates: readonly unknown[] = ["UPLOADED", "ERRORED"];

const item = fields.itemOf(
  "Recording",
  "A recording.",
  {
    id: required(kinds.id, "Id of the recording.", "b6a37f2c-1d0e-49b8-849c-1a4d2e58f74e"),
    meeting_id: {
      ...nullable(kinds.id, "Id of the meeting, where the upstream says it.", "6bf2b8be-04dd-4191-b602-1128921a306b"),
      aliases: ["meeting.id"],
    },
    session_id: nullable(
      kinds.id,
      "Id of the session, where the upstream says it.",
      "813432c7-3c5a-45e2-9acf-eef7061c7584",
    ),
    status: required(kinds.word(states), "How far it is.", "UPLOADED"),
    output_file_name: nullable(kinds.text(), "Name of the file.", "weekly-review.mp4"),
    file_size: nullable(kinds.countOrText, "Bytes of the file.", 10_485_760),
    recording_duration: nullable(kinds.amountOrText, "Seconds that were recorded.", 1_872),
    invoked_time: nullable(kinds.moment, "When it was asked for.", "2026-11-22T10:00:01.000Z"),
    started_time: nullable(kinds.moment, "When it started.", "2026-11-22T10:00:04.000Z"),
    stopped_time: nullable(kinds.moment, "When it stopped; null while it runs.", "2026-11-22T10:31:16.000Z"),
    download_url: loose(
      kinds.link,
      "Where the file can be had; null where there is none. A secret: it needs no token.",
      "https://files.example.com/file?signature=0",
    ),
    audio_download_url: loose(
      kinds.link,
      "Where its sound can be had. A secret as well.",
      "https://files.example.com/sound?signature=0",
    ),
    download_url_expiry: loose(
      kinds.moment,
      "When the links end; null where there is none.",
      "2026-11-29T10:31:20.000Z",
    ),
  },
  (draft, { now }) => {
    const endsAt = parseInstant(draft["download_url_expiry"]);
    // A link that has ended, or is about to, would fail in the hands of whoever gets it.
    if (endsAt !== undefined && endsAt <= now + ENDING_MS) {
      Object.assign(draft, { download_url: null, audio_download_url: null, download_url_expiry: null });
    }
  },
);

/** Links that end sooner are not shown: the page must not be dropped for the oldest of its rows. */
const ENDING_MS = 900_000;

export const recordings = listResource({
  name: "recordings",
  operationId: "listRecordings",
  summary: "List recordings",
  description: "A page of an app's recordings, newest first unless asked otherwise.",
  version: 1,
  path: "/recordings",
  parameters: {
    meeting_id: parameters.meetingId("Only recordings of this meeting.", ["meeting_id"]),
    status: parameters.choice(states, "Only recordings in this state.", { anyCase: true, looksAt: ["status"] }),
    search: parameters.search(
      "Text to look for in the meeting's id and title.",
      ["meeting_id", "output_file_name"],
      true,
    ),
    ...parameters.timeRange(["invoked_time", "started_time", "stopped_time"]),
    sort_order: parameters.sortOrder,
    ...parameters.paging("Recordings", PER_PAGE_MAX),
  },
  between: parameters.startsBeforeEnd,
  pageId: "RecordingPage",
  rows: "The recordings",
  perPageMax: PER_PAGE_MAX,
  item,
  at: [],
  rowsIn: rowsAnywhere("recordings"),
  owner: { by: "field", field: "meeting_id", parameter: "meeting_id" },
  freshBy: ["status"],
  volatility: (items, context) =>
    items.some(({ status }) => !endStates.includes(status)) ? "live" : volatilityOfWindow(items.length, context),
  closesAt: windowClosesAt,
  expiresAt(items, { now }) {
    const ends = items.flatMap((row) =>
      ["download_url", "audio_download_url"].flatMap((link) => expiryOf(row, link, "download_url_expiry", now) ?? []),
    );
    return ends.length === 0 ? undefined : Math.min(...ends);
  },
  holdsLinks: true,
  isShownByDefault: false,
  example: {
    success: true,
    data: [
      {
        id: "b6a37f2c-1d0e-49b8-849c-1a4d2e58f74e",
        meeting_id: "6bf2b8be-04dd-4191-b602-1128921a306b",
        session_id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
        status: "UPLOADED",
        output_file_name: "weekly-review.mp4",
        file_size: 10_485_760,
        recording_duration: 1_872,
        invoked_time: "2026-11-22T10:00:01.000Z",
        started_time: "2026-11-22T10:00:04.000Z",
        stopped_time: "2026-11-22T10:31:16.000Z",
        download_url: "https://files.example.com/file?signature=0",
        audio_download_url: null,
        download_url_expiry: "2026-11-29T10:31:20.000Z",
      },
    ],
    paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
    dropped_count: 0,
  },
});
