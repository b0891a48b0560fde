// What an event says: which of our apps changed, and where to look again. Nothing else of it is read: it holds secrets of streams, links to
// files and names of people, and its `status` is not the state of a meeting.
//
// Where an event names no meeting or session, or none that can be one, its change is wider, never lost.
import { createJsonBounds } from "../ground/json-bounds.ts";
import { parseObject } from "../ground/parse-object.ts";
import { field } from "../ground/plain-data.ts";
import type { Change } from "../resources/change.ts";
import { isId, readMeetingId } from "../resources/parameters.ts";

/** Every event there is, with what it is about. */
const events = {
  "meeting.started": "session",
  "meeting.ended": "session",
  "meeting.participantJoined": "session",
  "meeting.participantLeft": "session",
  "recording.statusUpdate": "session",
  "livestreaming.statusUpdate": "session",
  "meeting.chatSynced": "files",
  "meeting.transcript": "files",
  "meeting.summary": "files",
} as const;

export type EventName = keyof typeof events;

/** Their names. */
export const eventNames = Object.keys(events).filter((name): name is EventName => name in events);

/** Events that tell the state something is in: the same words may rightly come again, once it has been in another. */
const states: readonly EventName[] = ["recording.statusUpdate", "livestreaming.statusUpdate"];

export type Notice =
  | { kind: "change"; event: EventName; change: Change; tellsState: boolean }
  /** Signed by RealtimeKit, and nothing to be done. */
  | { kind: "ignored"; because: "foreign_app" | "no_app" | "unknown_event" }
  /** No JSON object, or one beyond any event's size. */
  | { kind: "unreadable" };

const valuesMax = 10_000;

/** `apps`: the ids of the configured ones, as they are. */
export function readNotice(body: Uint8Array, apps: ReadonlySet<string>): Notice {
  const payload = createJsonBounds(valuesMax)(body) === undefined ? parseObject(body) : undefined;
  if (payload === undefined) return { kind: "unreadable" };
  const event = field(payload, "event");
  if (!isEventName(event)) return { kind: "ignored", because: "unknown_event" };
  const appId = appIn(payload);
  if (appId === undefined) return { kind: "ignored", because: "no_app" };
  if (!apps.has(appId)) return { kind: "ignored", because: "foreign_app" };
  const hasEnded = event === "meeting.ended" ? ({ hasEnded: true } as const) : {};
  const change = { appId, ...placeIn(payload), about: events[event], ...hasEnded };
  return { kind: "change", event, change, tellsState: states.includes(event) };
}

const isEventName = (name: unknown): name is EventName => typeof name === "string" && Object.hasOwn(events, name);

/** Events of a meeting nest it; what is made of one may come flat, as it always did for the chat. */
function appIn(payload: unknown): string | undefined {
  const [meeting, recording] = [field(payload, "meeting"), field(payload, "recording")];
  return firstText(
    field(field(meeting, "organizedBy"), "id"),
    field(field(payload, "organizedBy"), "id"),
    field(recording, "organizationId"),
  );
}

/** A recording names another meeting id than its meeting does, which is left alone. */
function placeIn(payload: unknown): Pick<Change, "meeting" | "session"> {
  const [meeting, recording] = [field(payload, "meeting"), field(payload, "recording")];
  const meetingId = readMeetingId(firstText(field(meeting, "id"), field(payload, "meetingId")) ?? "");
  const sessionId = firstText(field(meeting, "sessionId"), field(payload, "sessionId"), field(recording, "roomUUID"));
  return {
    ...(meetingId !== undefined && { meeting: meetingId }),
    ...(sessionId !== undefined && isId(sessionId) && { session: sessionId }),
  };
}

const firstText = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === "string");
