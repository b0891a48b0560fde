// `GET /sessions/{session_id}/chat`: a link to what was written, as CSV.
import { artefactAnswer } from "./artefact-answer.ts";
import type { Generator } from "./question.ts";

export const chat: Generator = (question) =>
  artefactAnswer(question, "chat", {
    names: { url: "chat_download_url", expiry: "chat_download_url_expiry" },
    extension: "csv",
  });
