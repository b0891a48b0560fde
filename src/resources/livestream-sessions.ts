// The livestreams of a session. Stream keys and ingest addresses never pass: whoever has them can broadcast.
import * as fields from "./fields.ts";
import * as kinds from "./kinds.ts";
import * as parameters from "./parameters.ts";
import { listResource } from "./define.ts";
import { rowsAnywhere } from "./read-page.ts";
import { sessionPath } from "./rows/session.ts";
import { volatilityByEnd } from "./settling.ts";

const PER_PAGE_MAX = 100;
const { nullable, required } = fields;

const item = fields.itemOf("LivestreamSession", "A livestream of a session.", {
  id: required(kinds.id, "Id of the livestream's session.", "7a2f6c1d-0e9b-484d-9c1a-4d2e58f74e0d"),
  livestream_id: nullable(kinds.id, "Id of the livestream.", "1d0e9b84-58f7-4e0d-b6a3-9c1a4d2e7f2c"),
  err_message: nullable(kinds.text(), "Why it failed, where it did.", "ingest timed out"),
  ingest_seconds: nullable(kinds.amountOrText, "Seconds that were taken in.", 118),
  viewer_seconds: nullable(kinds.amountOrText, "Seconds that were watched, of all viewers together.", 116.1),
  invoked_time: nullable(kinds.moment, "When it was asked for.", "2026-11-22T10:01:00.000Z"),
  started_time: nullable(kinds.moment, "When it started.", "2026-11-22T10:01:04.000Z"),
  stopped_time: nullable(kinds.moment, "When it stopped; null while it runs.", "2026-11-22T10:03:02.000Z"),
  created_at: nullable(kinds.moment, "When the record was made.", "2026-11-22T10:01:00.010Z"),
  updated_at: nullable(kinds.moment, "When the record last changed.", "2026-11-22T10:03:02.010Z"),
});

export const livestreamSessions = listResource({
  name: "livestreams",
  operationId: "listLivestreamSessions",
  summary: "List a session's livestreams",
  description: "A page of the livestreams of a session.",
  version: 1,
  path: `${sessionPath}/livestream-sessions`,
  parameters: parameters.paging("Livestreams", PER_PAGE_MAX),
  pageId: "LivestreamSessionPage",
  rows: "The livestreams",
  perPageMax: PER_PAGE_MAX,
  item,
  at: ["data"],
  rowsIn: rowsAnywhere("livestreams"),
  owner: { by: "parent", path: sessionPath },
  freshBy: ["stopped_time"],
  /** A session may be streamed until it ends, so that an empty page is a live one. */
  volatility: volatilityByEnd("stopped_time"),
  isShownByDefault: true,
  example: {
    success: true,
    data: {
      data: [
        {
          id: "7a2f6c1d-0e9b-484d-9c1a-4d2e58f74e0d",
          livestream_id: "1d0e9b84-58f7-4e0d-b6a3-9c1a4d2e7f2c",
          err_message: null,
          ingest_seconds: 118,
          viewer_seconds: 116.1,
          invoked_time: "2026-11-22T10:01:00.000Z",
          started_time: "2026-11-22T10:01:04.000Z",
          stopped_time: "2026-11-22T10:03:02.000Z",
          created_at: "2026-11-22T10:01:00.010Z",
          updated_at: "2026-11-22T10:03:02.010Z",
        },
      ],
    },
    paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
    dropped_count: 0,
  },
});
