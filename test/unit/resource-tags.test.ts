// Which pages a change touches: every one that may tell of it, and as few others as a question can tell apart.
import { describe, expect, it } from "vitest";
import type { Change } from "../../src/resources/change.ts";
import { resources } from "../../src/resources/registry.ts";
import type { Resource, Values } from "../../src/resources/resource.ts";
import { heardBy, tagsOf, tagsTouchedBy } from "../../src/resources/tags.ts";

const appId = "app-1";
const ids = { session_id: "S1", meeting_id: "M1", participant_id: "p", peer_id: "p" };

/** The resources whose question a change touches. */
function touchedBy(change: Omit<Change, "appId">, over: { ids?: Partial<typeof ids>; query?: Values } = {}) {
  const touched = new Set(tagsTouchedBy({ appId, ...change }));
  return resources.filter((resource) => isTouched(resource, touched, over)).map(({ operationId }) => operationId);
}

function isTouched(resource: Resource, touched: ReadonlySet<string>, over: { ids?: object; query?: Values }): boolean {
  const asked: Record<string, string> = { ...ids, ...over.ids };
  const named = Object.fromEntries(Object.entries(asked).filter(([name]) => resource.path.includes(`:${name}`)));
  const { tags, closesAt } = tagsOf(resource, { appId, ids: named, query: over.query ?? {} });
  return closesAt !== 0 && tags.some((tag) => touched.has(tag));
}

const lists = ["listSessions", "listRecordings", "getDaywiseAnalytics"];
const files = ["getChat", "getTranscript", "getSummary"];
const ofSession = ["getSession", "listParticipants", "getParticipant", ...files, "listLivestreamSessions"];
const everything = resources.filter(({ closesAt }) => closesAt?.({}) !== 0).map(({ operationId }) => operationId);
const sorted = (names: readonly string[]) => [...names].sort();
const expectTouched = (touched: readonly string[], expected: readonly string[]) =>
  expect(sorted(touched)).toEqual(
    sorted(resources.map((one) => one.operationId).filter((id) => expected.includes(id))),
  );

describe("what happened in a session", () => {
  const change = { about: "session", meeting: "m1", session: "S1" } as const;

  it("touches the app's lists, the meeting's lists and active session, and what hangs on the session", () => {
    const touched = touchedBy(change);
    expectTouched(touched, [...lists, ...ofSession, "getActiveSession"]);
    expect(touched.length).toBeGreaterThanOrEqual(lists.length);
  });

  it("touches nothing of another session, another meeting or another app", () => {
    const others = touchedBy(change, { ids: { session_id: "S2", meeting_id: "M2" } });
    expectTouched(others, lists);
    const byMeeting = { associated_id: "m2", meeting_id: "m2" };
    expect(touchedBy(change, { ids: { session_id: "S2", meeting_id: "M2" }, query: byMeeting })).not.toContain(
      "listSessions",
    );
    const foreign = new Set(tagsTouchedBy({ appId: "app-2", ...change }));
    expect(resources.filter((resource) => isTouched(resource, foreign, {}))).toEqual([]);
  });

  it("touches lists that were asked for its meeting, in whatever case", () => {
    expect(touchedBy(change, { query: { associated_id: "M1" } })).toContain("listSessions");
  });

  it("touches every meeting and every session where it names none", () => {
    expectTouched(touchedBy({ about: "session" }), everything);
  });
});

describe("a file that is ready", () => {
  it("touches the files of its session alone", () => {
    expectTouched(touchedBy({ about: "files", session: "S1" }), files);
    expectTouched(touchedBy({ about: "files", session: "S2" }), []);
  });

  it("touches what hangs on any session where it names none", () => {
    expect(touchedBy({ about: "files" })).toEqual(expect.arrayContaining(["getSession"]));
  });
});

describe("a purge", () => {
  it("of an app touches every question of it", () => {
    const touched = new Set(tagsTouchedBy({ appId, about: "purge" }));
    for (const resource of resources) {
      expect(tagsOf(resource, { appId, ids, query: {} }).tags.some((tag) => touched.has(tag))).toBe(true);
    }
  });

  it("of a meeting or a session touches every question that may tell of it", () => {
    expectTouched(touchedBy({ about: "purge", meeting: "m1" }), [...lists, ...ofSession, "getActiveSession"]);
    expectTouched(touchedBy({ about: "purge", session: "S1" }), [...lists, ...ofSession, "getActiveSession"]);
    expect(touchedBy({ about: "purge", meeting: "m1" }, { query: { associated_id: "m2" } })).not.toContain(
      "listSessions",
    );
    expectTouched(touchedBy({ about: "purge", session: "S1" }, { ids: { session_id: "S2" } }), [
      ...lists,
      "getActiveSession",
    ]);
  });
});

it("every event of an app is heard of by all its questions, and a purge is no event", () => {
  const { tags } = heardBy({ appId });
  for (const about of ["session", "files"] as const) {
    expect(tagsTouchedBy({ appId, about, session: "S1" })).toEqual(expect.arrayContaining(tags));
  }
  expect(tagsTouchedBy({ appId, about: "purge" })).not.toEqual(expect.arrayContaining(tags));
});
