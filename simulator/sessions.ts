// `GET /sessions`: the list.
import { jsonAnswer } from "./answer.ts";
import { listText } from "./list-answer.ts";
import { parseListQuery } from "./list-query.ts";
import { badRequest, type Generator } from "./question.ts";

export const sessions: Generator = (question) => {
  const { faults, moment, nowMs } = question;
  const query = parseListQuery(question.query);
  if (typeof query === "string") return badRequest(query);
  const shift = faults.one("shifted-pages") ? question.takeShift() : 0;
  const firstPage = faults.one("pages-from-zero") ? 0 : 1;
  return jsonAnswer(200, listText(question.list(moment, nowMs, query, { firstPage, shift }), question));
};
