// Whole bodies as examples for the OpenAPI document; those of pages stand with their resources.
import { problemSlug, problemTable } from "../src/http/problem-table.ts";
import type { CallerAccess, ProblemExplanation } from "./schemas.ts";

const { status, title, detail, advice } = problemTable.invalid_query;

export const exampleExplanation: ProblemExplanation = {
  type: `/problems/${problemSlug("invalid_query")}`,
  code: "invalid_query",
  status,
  title,
  detail,
  advice,
};

export const exampleAccess: CallerAccess = {
  mode: "jwt",
  apps: [
    {
      app: "demo",
      resources: [
        {
          resource: "sessions",
          path: "/sessions",
          fields: ["id", "associated_id", "status", "started_at", "ended_at"],
          meetings: ["6bf2b8be-04dd-4191-b602-1128921a306b", "weekly-review"],
          parameters: ["associated_id", "end_time", "page_no", "per_page", "sort_order", "start_time", "status"],
          exports: true,
        },
      ],
      grants: [],
    },
  ],
};

export const exampleEvent = {
  summary: "A session began",
  value: {
    event: "meeting.started",
    meeting: {
      id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
      sessionId: "56093128-20cd-4b7e-9c2e-2f4a70d2c1a6",
      organizedBy: { id: "14a396e7-ca44-4937-bf1f-050a69118543" },
    },
  },
};
