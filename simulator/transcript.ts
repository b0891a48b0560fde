// `GET /sessions/{session_id}/transcript`: a link to what was said, in the format asked for, CSV unless asked.
import { artefactAnswer } from "./artefact-answer.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, type Generator } from "./question.ts";

export const transcript: Generator = (question) => {
  const reader = createQueryReader(question.query);
  const format = reader.choice("format", ["SRT", "VTT", "JSON", "CSV"]) ?? "CSV";
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);
  return artefactAnswer(question, "transcript", {
    names: { session: "sessionId", url: "transcript_download_url", expiry: "transcript_download_url_expiry" },
    extension: format.toLowerCase(),
  });
};
