// Whole bodies as examples for the OpenAPI document; those of pages stand with their resources.
import { problemSlug, problemTable } from "../src/http/problem.ts";
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
