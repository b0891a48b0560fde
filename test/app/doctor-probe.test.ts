// `npm run doctor -- --probe`: what it costs, and what it tells of each variant of the upstream.
import { describe, expect, it } from "vitest";
import { probeCallsMax, questions } from "../../scripts/doctor/probe/report.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator } from "../../simulator/simulator.ts";
import { canaryToken } from "../support/canary.ts";
import { createTestClock } from "../support/clock.ts";
import { expectNothingSaid, probe } from "../support/doctor-probe.ts";
import { testEpoch } from "../support/epoch.ts";

describe("what it costs", () => {
  it("is at most what it says beforehand, one GET a second, and for each question at most what that says", async () => {
    const { code, output, calls } = await probe();
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^probe: at most ${probeCallsMax} GETs about one app, one a second`));
    expect(output).toMatch(
      new RegExp(`${questions.length} of ${questions.length} questions asked; ${calls.length} calls spent$`),
    );
    expect(calls.length).toBeLessThanOrEqual(probeCallsMax);
    expect(new Set(calls.map(({ method }) => method))).toEqual(new Set(["GET"]));
    const pauses = calls.slice(1).map(({ at }, place) => at - (calls[place]?.at ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
  });

  it("is about one app: the first, or the one that is named", async () => {
    const apps = createSimulator().apps;
    for (const [args, alias] of [
      [[], apps[0]?.alias],
      [["--app", apps[1]?.id ?? ""], apps[1]?.alias],
    ] as const) {
      const id = apps.find((app) => app.alias === alias)?.id ?? "";
      const { calls, code } = await probe({ args });
      const named = calls.flatMap(({ url }) => /\/kit\/([^/]+)\//.exec(url)?.[1] ?? []);
      expect([code, [...new Set(named)]]).toEqual([0, [id, "00000000-0000-4000-8000-000000000000"]]);
    }
  });

  it.each<[string, FaultInput, RegExp, number]>([
    [
      "the limit is spent",
      { kind: "error", shape: "v4", status: 429, retryAfter: "60", match: "x_probe" },
      /^stopped: the account's limit is spent \(status 429, to wait: 60 s\)$/m,
      8,
    ],
    ["nobody answers twice", { kind: "hang", match: "/participants" }, /^stopped: the upstream does not answer$/m, 23],
    [
      "the token is refused",
      { kind: "error", shape: "v4", status: 403, code: 10_000 },
      /^stopped: .*can't be read \(status 403, .*code 10000\)$/m,
      1,
    ],
    ["the list can't be had", { kind: "reset" }, /^stopped: the list of sessions can't be read \(no answer\)$/m, 1],
  ])("ends where %s, and asks nobody after that", async (_title, fault, line, spent) => {
    const { code, output, calls } = await probe({ faults: [fault] });
    expect([code, calls.length]).toEqual([1, spent]);
    expect(output).toMatch(line);
    expect(output).toContain(` of ${questions.length} questions asked; ${spent} calls spent`);
  });

  it("is nothing where it is used wrongly or can't see the token", async () => {
    const wrong = [["--strict"], ["--offline"], ["--app", "no-such-app"], ["--no-resources"], ["key"]];
    for (const args of wrong) {
      const { code, calls, output } = await probe({ args });
      expect([code, calls], args.join(" ")).toEqual([2, []]);
      expect(output).not.toContain("no-such-app");
    }
    const { code, calls } = await probe({ environment: { AUTH_MODE: "none" } });
    expect([code, calls]).toEqual([78, []]);
  });
});

const plain = probe();
/** Every file is there: which are otherwise depends on the day. */
const withFiles = probe({ faults: [{ kind: "artefact-state", state: "ready" }] });
const own = "files of a session that ended days ago";
const gone = "files of a session that goes on";
const kit = String.raw`\{error: code number, message text\}, code as the status`;
const state = (form: "ready" | "empty" | "placeholder" | "absent"): FaultInput => ({
  kind: "artefact-state",
  state: form,
});

/** A question, what is seen of it usually, and under faults. */

type Variant = readonly [question: string, usual: RegExp, faults: FaultInput[], varied: RegExp];

/** A question, what is usually seen, and what under faults. */
const variants: readonly Variant[] = [
  [
    "session rows, members of no document",
    /: meta absent\/object, 3 other$/,
    [{ kind: "row-fields", form: "observed" }],
    /: total_participants number, recording_status text, .*, parent_session_id null, settings object, meta absent/,
  ],
  ["session rows, members of no document", / 3 other$/, [{ kind: "extra-fields" }], / 6 other$/],
  ["session rows, ended_at of LIVE ones", /: null$/, [{ kind: "ended-at-absent" }], /: absent$/],
  [
    "session rows, how moments and ids are written",
    /: T, milliseconds, Z; session UUID; meeting UUID; room name$/,
    [{ kind: "times" }],
    /: blank, microseconds, Z; session/,
  ],
  [
    "list without parameters",
    /25 rows, paging on top \(total/,
    [{ kind: "paging", form: "in-data" }],
    /paging in data/,
  ],
  ["list without parameters", /total_count number/, [{ kind: "paging", form: "strings" }], /total_count text/],
  ["list without parameters", /paging on top/, [{ kind: "paging", form: "missing" }], /paging nowhere \(none\)/],
  [
    "list, which row is first on page_no 0, 1 and 2 of one row",
    /: the first, the first, the second$/,
    [{ kind: "pages-from-zero" }],
    /: the first, the second, the third$/,
  ],
  [
    "list, status given twice (LIVE, then ENDED)",
    /status 200, LIVE yes, ENDED no; a LIVE one exists yes/,
    [{ kind: "error", status: 400, match: "status=LIVE&status=ENDED" }],
    new RegExp(`status 400, ${kit}, LIVE no, ENDED no`),
  ],
  [
    "list, an unknown parameter",
    /status 200, the same first row yes/,
    [{ kind: "error", status: 422, shape: "message", match: "x_probe" }],
    /status 422, \{message text\}, the same first row no/,
  ],
  [
    "list, a value that is none (sort_order, page_no)",
    new RegExp(`: status 400, ${kit}; status 400, ${kit}$`),
    [{ kind: "error", status: 500, shape: "html", match: "SIDEWAYS" }],
    /: status 500, no JSON; status 400/,
  ],
  [
    "details of a session, then with include_breakout_rooms",
    /: status 200, flat, breakout_rooms absent; status 200, flat, breakout_rooms list$/,
    [{ kind: "details", form: "nested" }],
    /: status 200, in data\.session, breakout_rooms absent; status 200, in data\.session, breakout_rooms list$/,
  ],
  [
    "refusals: an unknown session, a malformed id, an unknown app",
    new RegExp(`: (?:status 404, ${kit}(?:; |$)){3}`),
    [{ kind: "error", status: 400, shape: "v4", code: 7003, match: "/sessions/none" }],
    /; status 400, \{errors: \[code number, message text\]\}, code 7003; status 404/,
  ],
  [
    "participants without parameters, with per_page 1, with per_page 201",
    /rows, paging in data .*; status 200, 1 rows, paging in data .*; status 400, .* 0 rows, paging nowhere/,
    [{ kind: "paging", form: "top-level" }],
    /rows, paging on top .*; status 200, 1 rows, paging on top/,
  ],
  [
    "peer report of a session that is over for long",
    /status 200, \d+ KiB; peer_report object: metadata audio_devices_updates list, .* 8 other$/,
    [{ kind: "peer-report", form: "null" }],
    /status 200, 1 KiB; peer_report null: metadata none; quality none$/,
  ],
  [
    "active session of a meeting that goes on, and of one that does not",
    /: status 200, flat; status 404/,
    [{ kind: "details", form: "nested" }],
    /: status 200, in data\.session; status 404/,
  ],
  [
    gone,
    /: chat status 404/,
    [state("absent"), { kind: "artefact-absent", form: "bad-request" }],
    /: chat status 400, \{/,
  ],
  [
    gone,
    /: chat status 404/,
    [state("absent"), { kind: "artefact-absent", form: "null" }],
    /: chat status 200, data null without/,
  ],
  [
    gone,
    /: chat status 404/,
    [state("absent"), { kind: "artefact-absent", form: "null-link" }],
    /: chat status 200, snake case, link null/,
  ],
  [
    own,
    /transcript .*, the same for all no, .* file filled;/,
    [state("placeholder")],
    /transcript .*, the same for all yes, .* file empty;/,
  ],
  [
    own,
    /summary .* camel case, .* file filled$/,
    [state("empty")],
    /chat .* file empty; transcript .* file empty; summary .* file empty$/,
  ],
  [
    own,
    /summary .* file filled$/,
    [state("ready"), { kind: "error", status: 403, route: "file" }],
    /summary .* file unavailable$/,
  ],
  [
    own,
    /chat status 200, snake case/,
    [state("ready"), { kind: "artefact-names", form: "camel-case" }],
    /chat status 200, camel case/,
  ],
  [
    own,
    /expiry \d+ s \(T, milliseconds, Z\), signed for 60\d{4} s, \d+ s left/,
    [state("ready"), { kind: "artefact-expiry", form: "past" }],
    /expiry -60 s \(T,/,
  ],
  [own, /expiry \d/, [state("ready"), { kind: "artefact-expiry", form: "number" }], /expiry number \(number\), signed/],
  [
    own,
    /expiry \d/,
    [state("ready"), { kind: "artefact-expiry", form: "unparsable" }],
    /expiry text \(another form\), signed/,
  ],
  [
    own,
    /expiry \d/,
    [state("ready"), { kind: "artefact-expiry", form: "missing" }],
    /expiry absent \(absent\), signed/,
  ],
  ["recordings", /, file_size null\/number,/, [{ kind: "numbers-as-text" }], /, file_size null\/text,/],
  [
    "recordings",
    /paging on top/,
    [{ kind: "paging", form: "in-data" }],
    /data object, data\.data list, paging in data/,
  ],
  [
    "recordings, status UPLOADED and ERRORED: given twice, with a comma",
    /: status 200, states ERRORED, UPLOADED; status 200, states ERRORED, UPLOADED$/,
    [{ kind: "error", status: 400, match: "UPLOADED%2CERRORED" }],
    /: status 200, states ERRORED, UPLOADED; status 400, .*, states none$/,
  ],
  [
    "livestreams of a session, and of the app",
    /: status 200, data object, data\.data list, paging in data .*; status 404/,
    [{ kind: "livestreams", form: "array" }],
    /: status 200, data list, data\.data absent, paging on top .*; status 404/,
  ],
  [
    "analytics of the last 30 days",
    / [1-9]\d* days, written T, m/,
    [{ kind: "empty-list", route: "analytics" }],
    / 0 days, written none/,
  ],
  [
    "token, asked as a user's and as the account's",
    /: status 200, result id text, status text; status 401, .* code 1000$/,
    [{ kind: "token", owner: "account" }],
    /: status 401, .* code 1000; status 200, result id text, status text$/,
  ],
  [
    "limit headers",
    /quota 1200 in 300 s; fewer left after a call no$/,
    [{ kind: "rate-headers", form: "truthful" }],
    /yes$/,
  ],
  ["limit headers", /quota 1200/, [{ kind: "rate-headers", form: "absent" }], /: none$/],
  [
    "header names, of all answers",
    /: ratelimit, ratelimit-policy, 1 other$/,
    [{ kind: "rate-headers", form: "absent" }],
    /: 1 other$/,
  ],
];

describe("what is seen of an upstream that differs", () => {
  const rows = variants.map(([question, usual, faults, varied]) => {
    return { question, usual, faults, varied, under: JSON.stringify(faults) };
  });

  it.each(rows)("is told, and nothing that was said: $question, under $under", async (row) => {
    const { question, usual, faults, varied } = row;
    const [before, after] = await Promise.all([question === own ? withFiles : plain, probe({ faults })]);
    expect(before.linesOf(question)).toEqual([expect.stringMatching(usual)]);
    expect(after.linesOf(question)).toEqual([expect.stringMatching(varied)]);
    expect(after.linesOf(question)).not.toEqual(before.linesOf(question));
    expectNothingSaid(after);
  });

  it("is whether a conditional request is taken, where answers have an ETag", async () => {
    const simulator = createSimulator({ clock: createTestClock(testEpoch), token: canaryToken });
    const { linesOf } = await probe({
      async upstream(url, init) {
        if (new Headers(init.headers).has("if-none-match")) return new Response(null, { status: 304 });
        const answer = await simulator.fetch(new Request(url, init));
        answer.headers.set("etag", '"CANARY"');
        return answer;
      },
    });
    expect((await plain).linesOf("a conditional request")).toEqual([expect.stringMatching(/: no etag$/)]);
    expect(linesOf("a conditional request")).toEqual([expect.stringMatching(/: status 304, no JSON$/)]);
    expect(linesOf("header names, of all answers")).toEqual([expect.stringMatching(/: etag, ratelimit/)]);
  });

  it("is told of where there is no session to ask about", async () => {
    const { code, output } = await probe({ faults: [{ kind: "empty-list" }] });
    expect([code, output.match(/: no such session to ask about$/gm)?.length]).toEqual([0, 12]);
  });
});
