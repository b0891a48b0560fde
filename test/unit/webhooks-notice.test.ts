// From the bytes of an event to the place where to look again.
import { describe, expect, it } from "vitest";
import { readNotice } from "../../src/webhooks/notice.ts";
import { bytesOf, meetingId, payloadOf, secretsOfEvents, sessionId } from "../support/webhooks.ts";
import { eventNames, type EventName } from "../../simulator/webhook-events.ts";

const apps = new Set(["app-1", "app-2"]);
const read = (payload: unknown) => readNotice(bytesOf(payload), apps);
const changeOf = (payload: unknown) => {
  const notice = read(payload);
  return notice.kind === "change" ? notice.change : notice;
};

const meeting = meetingId.toLowerCase();
const place = { appId: "app-1", meeting, session: sessionId };

const changes: Readonly<Record<EventName, object>> = {
  "meeting.started": { ...place, about: "session" },
  "meeting.ended": { ...place, about: "session", hasEnded: true },
  "meeting.participantJoined": { ...place, about: "session" },
  "meeting.participantLeft": { ...place, about: "session" },
  "meeting.chatSynced": { ...place, about: "files" },
  "meeting.transcript": { ...place, about: "files" },
  "meeting.summary": { ...place, about: "files" },
  "recording.statusUpdate": { ...place, about: "session" },
  "livestreaming.statusUpdate": { appId: "app-1", meeting, about: "session" },
};

describe("an event", () => {
  it.each(eventNames)("%s becomes a change with its place in canonical form and nothing else of it", (event) => {
    const change = changeOf(payloadOf(event, "app-1"));
    expect(change).toStrictEqual(changes[event]);
    for (const secret of secretsOfEvents) expect(JSON.stringify(change)).not.toContain(secret);
  });

  it("of what is made of a meeting is read flat as well as nested", () => {
    const flat = { event: "meeting.summary", meetingId, sessionId, organizedBy: { id: "app-1" } };
    expect(changeOf(flat)).toEqual(changes["meeting.summary"]);
    const nested = { event: "meeting.chatSynced", meeting: { id: meetingId, sessionId, organizedBy: { id: "app-1" } } };
    expect(changeOf(nested)).toEqual(changes["meeting.chatSynced"]);
  });

  it("of a recording may name its app and its session in the recording alone", () => {
    const recording = { organizationId: "app-2", roomUUID: sessionId };
    expect(changeOf({ event: "recording.statusUpdate", recording, meeting: { id: meetingId } })).toEqual({
      appId: "app-2",
      meeting,
      session: sessionId,
      about: "session",
    });
  });

  it.each([
    ["missing", {}],
    ["null", { id: null, sessionId: null }],
    ["numbers", { id: 1, sessionId: 2 }],
    ["empty", { id: "", sessionId: "" }],
    ["longer than an id", { id: "a".repeat(65), sessionId: "b".repeat(65) }],
    ["a way out of a path", { id: "../x", sessionId: "a/b" }],
  ])("whose ids are %s is about the whole app", (_, ids) => {
    const payload = { event: "meeting.started", meeting: { ...ids, organizedBy: { id: "app-1" } } };
    expect(changeOf(payload)).toEqual({ appId: "app-1", about: "session" });
  });

  it("tells a state where its bytes may rightly come again", () => {
    const telling = eventNames.filter((event) => {
      const notice = read(payloadOf(event, "app-1"));
      return notice.kind === "change" && notice.tellsState;
    });
    expect(telling).toEqual(["recording.statusUpdate", "livestreaming.statusUpdate"]);
  });
});

describe("what is nobody's business here", () => {
  it.each(eventNames)("is %s of an app that is not configured, however alike its id", (event) => {
    for (const appId of ["app-3", "APP-1", "app-1 ", "__proto__"]) {
      expect(read(payloadOf(event, appId))).toEqual({ kind: "ignored", because: "foreign_app" });
    }
  });

  it("is an event whose meeting is another's, though its recording names an app of ours", () => {
    const meetingOfAnother = { id: meetingId, organizedBy: { id: "app-3" } };
    const payload = payloadOf("recording.statusUpdate", "app-1", { meeting: meetingOfAnother });
    expect(read(payload)).toEqual({ kind: "ignored", because: "foreign_app" });
  });

  it("is an event that names no app, as those of an old stream do", () => {
    expect(read({ event: "livestreaming.statusUpdate", streamId: "s", status: "LIVE" })).toEqual({
      kind: "ignored",
      because: "no_app",
    });
    expect(read({ event: "meeting.started", meeting: { organizedBy: { id: 7 } } })).toMatchObject({
      because: "no_app",
    });
  });

  it.each(["meeting.renamed", "", "MEETING.STARTED", "constructor", "__proto__", 7, null])(
    "is the event %j, which this version does not know",
    (event) => {
      expect(read({ ...payloadOf("meeting.started", "app-1"), event })).toEqual({
        kind: "ignored",
        because: "unknown_event",
      });
    },
  );
});

describe("bytes that are no event", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const cases: readonly [string, Uint8Array][] = [
    ["nothing", new Uint8Array()],
    ["a list", bytes("[]")],
    ["a text", bytes('"meeting.started"')],
    ["null", bytes("null")],
    ["cut JSON", bytes('{"event":"meeting.start')],
    ["no UTF-8", Uint8Array.from([...bytes('{"event":"'), 0xff, 0xfe, ...bytes('"}')])],
    ["UTF-16", Uint8Array.from(Buffer.from('{"event":"meeting.started"}', "utf16le"))],
    ["a hundred thousand levels", bytes(`{"event":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)],
    ["65 levels", bytes(`{"event":${"[".repeat(64)}${"]".repeat(64)}}`)],
    ["ten thousand values", bytes(`{"event":[${"0,".repeat(10_000)}0]}`)],
  ];

  it.each(cases)("are told at once: %s", (_, body) => {
    expect(readNotice(body, apps)).toEqual({ kind: "unreadable" });
  });
});
