// What a caller with a scope can do to widen it, by the question, and what the answer tells of what is outside.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actorsAt,
  createDeployment,
  meetingA,
  meetingB,
  other,
  own,
  schoolSettings,
  stableOf,
  worldFetch,
} from "../support/actors.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { createTestClock } from "../support/clock.ts";
import { rowOf } from "../support/hostile-upstream.ts";
import { ownersIn } from "../support/oracle-marks.ts";

const actors = await actorsAt(createTestClock().now());
const headersOf = (name: string) => actors.get(name)?.headers ?? {};
const page = `/v1/apps/${own.alias}/sessions`;
const sdkPage = `/client/v4/accounts/_/realtime/kit/${own.id}/sessions`;

/** Ways to write the name of the parameter, most of which are another name. */
const names = [
  "associated_id",
  "%61ssociated_id",
  "ASSOCIATED_ID",
  "associated_id[]",
  "associated_id%00",
  "meeting_id",
  "associated_id ",
  "+associated_id",
];
const joints = ["&", "&&", ";", "%26", "#", "?", "%3f", "\t", "&amp;", ","];
const values = [
  meetingA,
  meetingB,
  meetingB.toUpperCase(),
  `${meetingA},${meetingB}`,
  `${meetingA}%00${meetingB}`,
  `${meetingB}%20`,
  "*",
  "",
  "%2a",
];
/** Mostly as it should be, so that many a question is right but for one thing. */
const mostly = <Value>(usual: Value, ...odd: Value[]) =>
  fc.oneof({ weight: odd.length, arbitrary: fc.constant(usual) }, fc.constantFrom(...odd));
const pair = fc
  .tuple(mostly("associated_id", ...names), mostly("=", "%3d", "==", ""), mostly(meetingA, ...values))
  .map((parts) => parts.join(""));
const wideningQuery = fc
  .array(fc.tuple(pair, mostly("&", ...joints)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(""));

describe("row 47: a question that is meant to widen the scope", () => {
  it.each([false, true])(
    "row 47: does not, whatever it is made of; the upstream ignores the meeting: %s",
    async (ignoresMeeting) => {
      const deployment = createDeployment(schoolSettings, { fetch: worldFetch({ ignoresMeeting }) });
      const headers = headersOf("a teacher of A");
      const statuses = new Set<number>();
      await fc.assert(
        fc.asyncProperty(wideningQuery, fc.constantFrom(page, sdkPage), async (query, path) => {
          const answer = await deployment.send(`${path}?${query}`, { headers });
          statuses.add(answer.status);
          const text = await answer.text();
          expect([200, 400, 404]).toContain(answer.status);
          if (answer.status !== 200) return;
          for (const row of JSON.parse(text).data.sessions) expect(row.associated_id).toBe(meetingA);
        }),
        { numRuns: 600 },
      );
      const asked = new Set(
        deployment.fetched.map(({ url }) => new URL(url).searchParams.getAll("associated_id").join()),
      );
      expect([...asked]).toEqual([meetingA]);
      expect(statuses).toContain(400);
      expect(statuses).toContain(200);
    },
  );
});

describe("row 48: a search by whoever may not see every meeting", () => {
  it("row 48: is refused for any word, found or not, and sends nothing", async () => {
    const deployment = createDeployment(schoolSettings);
    for (const name of ["a teacher of A", "a teacher of A and B"]) {
      const answers = new Set<string>();
      for (const word of ["e", "sync", meetingA, meetingB, "§", other.id, "nobody has this in a title"]) {
        for (const more of ["", `&associated_id=${meetingA}`]) {
          const answer = await deployment.send(`${page}?search=${encodeURIComponent(word)}${more}`, {
            headers: headersOf(name),
          });
          answers.add(JSON.stringify(await stableOf(answer)));
        }
      }
      expect([...answers]).toEqual([expect.stringMatching(/^\{"status":400,.*search may be used only by/)]);
    }
    expect(deployment.counts()).toEqual({ upstream: 0, pages: 0, store: 0 });
  });
});

const rows = (...meetings: string[]) =>
  meetings.map((meeting, place) => rowOf({ id: `session-${place}`, associated_id: meeting, organization_id: own.id }));

/** An upstream that has these rows for every question, and this total. */
const sending = (sessions: readonly object[], total: number, extra: object = {}) =>
  createDeployment(schoolSettings, {
    fetch: async () =>
      Response.json({
        success: true,
        data: { sessions, ...extra },
        paging: { total_count: total, start_offset: 1, end_offset: sessions.length, ...extra },
        ...extra,
      }),
  });

describe("row 49: rows of others", () => {
  it("row 49: leave no trace in what is counted, however many there are and wherever they stand", async () => {
    const answers = new Set<string>();
    const lists = [
      [meetingA, meetingB, meetingA],
      [meetingB, meetingA, meetingA],
      [meetingA, meetingA, "another", "and-another"],
    ];
    for (const [place, list] of lists.entries()) {
      let seen = 0;
      const sessions = rows(...list).map((row, at) =>
        row["associated_id"] === meetingA ? { ...row, id: `own-${(seen += 1)}` } : { ...row, id: `foreign-${at}` },
      );
      const broken = Array.from({ length: place }, () => ({ associated_id: meetingB }));
      const answer = await sending([...broken, ...sessions], [3, 300, 30_000][place] ?? 0).send(page, {
        headers: headersOf("a teacher of A"),
      });
      answers.add(JSON.stringify(await stableOf(answer)));
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain(String.raw`\"total_count\":null,\"start_offset\":1,\"end_offset\":2`);
  });

  it("row 49: are no part of a total, and whoever may see them all still has it", async () => {
    const deployment = sending(rows(meetingA, meetingB), 57);
    const question = `${page}?associated_id=${meetingA}`;
    for (const name of ["a teacher of A", "an admin", "a teacher of A", "an admin"]) {
      const { paging, data } = JSON.parse(await (await deployment.send(question, { headers: headersOf(name) })).text());
      const isAdmin = name === "an admin";
      expect(data.sessions).toHaveLength(isAdmin ? 2 : 1);
      expect(paging).toMatchObject({ total_count: isAdmin ? 57 : null, end_offset: isAdmin ? 2 : 1 });
    }
    expect(deployment.counts().upstream).toBe(1);
  });
});

describe("row 50: a field that nobody knows", () => {
  it("row 50: is shown to nobody, wherever it turns up", async () => {
    const secret = { secret_new: "SECRET" };
    const room = { ...rowOf({ id: "room-1" }), ...secret };
    const session = { ...rowOf({ associated_id: meetingA, breakout_rooms: [room] }), ...secret };
    const deployment = sending([session], 1, secret);
    for (const name of ["a teacher of A", "an admin"]) {
      const answer = await deployment.send(page, { headers: headersOf(name) });
      expect(answer.status).toBe(200);
      const { headers, body } = await stableOf(answer);
      expect(JSON.stringify(headers) + body).not.toMatch(/secret/i);
    }
  });
});

describe("row 69: one page for several scopes", () => {
  const scopes = [
    ["all", "*"],
    ["some", ["id", "associated_id", "status"]],
    ["few", ["id"]],
    ["as few", ["id"]],
  ] as const;
  const settings = signed(...scopes.map(([level, fields]) => ({ when: { claim: "level", equals: level }, fields })));

  it("row 69: has an ETag for each, and none of them is good for another, on the short way or the long one", async () => {
    const deployment = createDeployment(settings);
    const now = deployment.clock.now();
    const seen: { headers: Record<string, string>; etag: string; body: string }[] = [];
    for (const [level] of scopes) {
      const headers = bearer(await tokenOf({ level, sub: level }, now));
      const answer = await deployment.send(page, { headers });
      seen.push({ headers, etag: answer.headers.get("etag") ?? "", body: await answer.text() });
    }
    expect(new Set(seen.map(({ body }) => body)).size).toBe(3);
    expect(new Set(seen.map(({ etag }) => etag)).size).toBe(3);
    expect(deployment.counts().upstream).toBe(1);
    for (const one of seen) {
      for (const copy of seen) {
        const headers = { ...one.headers, "if-none-match": copy.etag };
        const expected = copy.body === one.body ? { status: 304, body: "" } : { status: 200, body: one.body };
        for (const answer of [deployment.short(page, headers), await deployment.send(page, { headers })]) {
          if (!answer) throw new Error("no short answer");
          expect({ status: answer.status, body: await answer.text() }).toEqual(expected);
          expect(answer.headers.get("etag")).toBe(one.etag);
        }
      }
    }
    expect(ownersIn(seen[2]?.body ?? "")).toEqual([]);
  });
});
