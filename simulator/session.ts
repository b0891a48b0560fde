// `GET /sessions/{session_id}`: the details of a session, and `GET /meetings/{meeting_id}/active-session`: the session that runs in a
// meeting, which nobody need be in at the moment. Both show the row of the list.
import { type Answer, jsonAnswer } from "./answer.ts";
import { envelopeText } from "./envelope.ts";
import { rowText } from "./list-answer.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, type Generator, notFound, type Question, sessionOf } from "./question.ts";
import type { SessionRow } from "./row.ts";
import type { Session } from "./world.ts";

export const session: Generator = (question) => {
  const found = sessionOf(question);
  if (!found) return notFound();
  const reader = createQueryReader(question.query);
  const withRooms = reader.flag("include_breakout_rooms");
  const problem = reader.problem();
  return problem === undefined ? rowAnswer(question, found, withRooms) : badRequest(problem);
};

export const activeSession: Generator = (question) => {
  const { moment, nowMs, params } = question;
  const meeting = params["meeting_id"] ?? "";
  for (let place = moment.count - 1; place >= 0; place -= 1) {
    const candidate = moment.sessions[place];
    if (candidate?.plan.meeting.id !== meeting) continue;
    if (candidate.plan.endMs > nowMs) return rowAnswer(question, candidate, false);
    break;
  }
  return notFound(`No active session found for meeting_id ${meeting}`);
};

function rowAnswer(question: Question, found: Session, withRooms: boolean): Answer {
  const view = found.viewAt(question.nowMs);
  const row = withRooms ? { ...view.row, breakout_rooms: view.row.breakout_rooms ?? [] } : withoutRooms(view.row);
  const [text = "null"] = rowText({ row, text: JSON.stringify(row), plan: view.plan }, 0, question);
  const name = question.faults.one("details")?.form === "nested" ? { name: "session" } : {};
  return jsonAnswer(200, envelopeText({ rows: text, isList: false, ...name }, question.faults));
}

function withoutRooms(row: SessionRow): SessionRow {
  const { breakout_rooms: _left, ...rest } = row;
  return rest;
}
