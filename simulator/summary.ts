// `GET /sessions/{session_id}/summary`: a link to a text in markdown. All of its members are in camel case.
import { artefactAnswer } from "./artefact-answer.ts";
import type { Generator } from "./question.ts";

export const summary: Generator = (question) =>
  artefactAnswer(question, "summary", {
    names: { session: "sessionId", url: "summaryDownloadUrl", expiry: "summaryDownloadUrlExpiry" },
    extension: "txt",
  });
