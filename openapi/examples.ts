// Whole bodies as examples for the OpenAPI document; those of pages stand with their resources.
import { problemSlug, problemTable } from "../src/http/problem-table.ts";
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
