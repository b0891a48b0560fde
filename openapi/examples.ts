// Whole bodies as examples for the OpenAPI document. Their types are those of the schemas, so that a new field has to turn up here.
import { problemSlug, problemTable } from "../src/http/problem.ts";
import type { SessionPage } from "../src/sessions/page.ts";
import type { ProblemExplanation } from "./schemas.ts";

const { status, title, detail, advice } = problemTable.invalid_query;

export const exampleExplanation: ProblemExplanation = {
  type: `/problems/${problemSlug("invalid_query")}`,
  code: "invalid_query",
  status,
  title,
  detail,
  advice,
};

export const examplePage: SessionPage = {
  success: true,
  data: {
    sessions: [
      {
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
        breakout_rooms: [],
      },
    ],
  },
  paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
  dropped_count: 0,
};
