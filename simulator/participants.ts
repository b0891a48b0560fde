// `GET /sessions/{session_id}/participants` and `…/{participant_id}`: who joined, one row a person.
//
// `view=consolidated` adds to a person's minutes those of the breakout room they were in: the first room is the first person's, and so on.
import { participantRow, type Participant, participantsOf } from "./people.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, cut, type Generator, notFound, pageOf, rowsAnswer, sessionOf, thingAnswer } from "./question.ts";

const signs = { ASC: 1, DESC: -1 } as const;

export const participants: Generator = (question) => {
  const found = sessionOf(question);
  if (!found) return notFound();
  const { nowMs, faults } = question;
  const { plan } = found;
  const reader = createQueryReader(question.query);
  const { page, perPage } = pageOf(reader);
  const search = (reader.text("search") ?? "").toLowerCase();
  const sortBy = reader.choice("sort_by", ["joinedAt", "duration"]) ?? "joinedAt";
  const sign = signs[reader.choice("sort_order", ["ASC", "DESC"]) ?? "ASC"];
  const isConsolidated = reader.choice("view", ["raw", "consolidated"]) === "consolidated";
  const withEvents = reader.flag("include_peer_events");
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);

  const rooms = isConsolidated ? (found.viewAt(nowMs).row.breakout_rooms ?? []) : [];
  const minutesOf = ({ joinMs, leaveMs }: Participant) => (leaveMs <= nowMs ? leaveMs - joinMs : 0) / 60_000;
  const matching = participantsOf(plan)
    .map((participant, place) => ({ participant, extraMinutes: rooms[place]?.minutes_consumed ?? 0 }))
    .filter(({ participant }) => participant.joinMs <= nowMs && matches(participant, search))
    .sort((left, right) => {
      const [one, other] = [left, right].map(({ participant, extraMinutes }) =>
        sortBy === "joinedAt" ? participant.joinMs : minutesOf(participant) + extraMinutes,
      );
      const byId = left.participant.id < right.participant.id ? -1 : 1;
      return ((one ?? 0) - (other ?? 0) || byId) * sign;
    });
  const { rows, paging } = cut(matching, { page, perPage, faults });
  return rowsAnswer(
    question,
    rows.map(({ participant, extraMinutes }) => participantRow(plan, participant, nowMs, { withEvents, extraMinutes })),
    { name: "participants", paging, pagingPlace: "in-data" },
  );
};

function matches({ id, customId, name }: Participant, search: string): boolean {
  return search === "" || [id, customId ?? "", name].some((text) => text.toLowerCase().includes(search));
}

export const participant: Generator = (question) => {
  const found = sessionOf(question);
  const { nowMs, params } = question;
  const person = found && participantsOf(found.plan).find(({ id }) => id === params["participant_id"]);
  if (!found || !person || person.joinMs > nowMs) return notFound();
  const reader = createQueryReader(question.query);
  const withEvents = reader.flag("include_peer_events");
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);
  return thingAnswer(question, participantRow(found.plan, person, nowMs, { withEvents }), "participant");
};
