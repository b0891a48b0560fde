// Row 123: how long a page is fresh depends on who is live. A reader who is not shown that must not learn it from headers.
import { describe, expect, it } from "vitest";
import { createTestService } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { policiesOf } from "../support/callers.ts";

const showing = (fields: readonly string[], settings: Readonly<Record<string, string>> = {}) => ({
  POLICIES: policiesOf({ when: "anyone", apps: ["support", "school", "events"], fields }),
  ...settings,
});

/** Pages of one row each, and the truth about the row. */
async function pages(): Promise<{ target: string; isLive: boolean }[]> {
  const { send } = createTestService();
  const found: { target: string; isLive: boolean }[] = [];
  for (const app of ["support", "school", "events"]) {
    for (let page = 1; page <= 12; page += 1) {
      const target = `/v1/apps/${app}/sessions?per_page=1&page_no=${page}`;
      const body = await (await send(target)).json<{ data: { sessions: { status: string }[] } }>();
      found.push({ target, isLive: body.data.sessions[0]?.status === "LIVE" });
    }
  }
  return found;
}

/** The answer without the router, where the question is known, and with it. */
async function answersOf({ respond, send }: TestService, target: string): Promise<Response[]> {
  const asked = {
    method: "GET",
    target,
    origin: undefined,
    ifNoneMatch: undefined,
    fetchSite: undefined,
    credentials: { authorization: undefined, accessAssertion: undefined },
    address: "192.0.2.1",
  };
  const known = await respond(asked, () => {});
  return [known, await send(target)].filter((answer) => answer !== undefined);
}

/** Everything that headers say, but for what is random, the digest of the bytes shown, and a counter of the client's own requests. */
const headersOf = (answer: Response) =>
  [...answer.headers].filter(([name]) => !["x-request-id", "etag", "ratelimit"].includes(name)).map(String);

/**
 * What an attacker writes down who asks for a page again and again for nearly a minute: a live page is fresh for 5 s and shown for
 * 60 s more, another is fresh for 30 s. One answer of each kind at each time: which ways know a question does not depend on its page.
 */
async function watch(service: TestService, target: string): Promise<string> {
  const seen: string[][] = [];
  await service.send(target);
  for (const waitMs of [0, 1_000, 3_000, 2_000, 1_000, 13_000, 9_000, 5_000, 1_000, 20_000]) {
    await service.clock.advance(waitMs);
    const headers = (await answersOf(service, target)).flatMap(headersOf);
    seen.push([...new Set(headers)].sort());
  }
  return JSON.stringify(seen);
}

describe("row 123: freshness", () => {
  it.each([[["id", "minutes_consumed"]], [["id", "ended_at", "started_at"]]])(
    "row 123: headers tell a live page from an ended one no better than chance to a reader who is shown %j",
    async (fields) => {
      const truth = await pages();
      expect(new Set(truth.map(({ isLive }) => isLive))).toEqual(new Set([true, false]));
      const notes = new Map<string, Set<boolean>>();
      for (const { target, isLive } of truth) {
        const note = await watch(createTestService({ settings: showing(fields) }), target);
        notes.set(note, (notes.get(note) ?? new Set()).add(isLive));
      }
      // Where all notes are one, whoever has them guesses.
      expect([...notes.keys()]).toHaveLength(1);
    },
  );

  it("row 123: is told to a reader who is shown the status", async () => {
    const service = createTestService({ settings: showing(["id", "status"]) });
    expect(await watch(service, "/v1/apps/support/sessions?status=LIVE")).toMatch(/ttl=[345]/);
  });

  it("row 123: shows Age in whole minutes, by every way to an answer", async () => {
    const settings = showing(["id"], { FRESH_LIVE_SECONDS: "600", FRESH_RECENT_SECONDS: "600" });
    const service = createTestService({ settings });
    const ages: (string | null)[][] = [];
    for (const waitMs of [0, 59_000, 2_000, 58_000, 2_000]) {
      await service.clock.advance(waitMs);
      const answers = await answersOf(service, "/v1/apps/support/sessions?per_page=3");
      ages.push([...new Set(answers.map((answer) => answer.headers.get("age")))]);
    }
    expect(ages).toEqual([["0"], ["0"], ["60"], ["60"], ["120"]]);
  });
});
