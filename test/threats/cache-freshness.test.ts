// Row 123: freshness depends on who is live. A reader who is not shown that must not learn it from headers.
import { describe, expect, it } from "vitest";
import { createTestService } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { policiesOf } from "../support/callers.ts";

const showing = (fields: readonly string[]) => ({
  POLICIES: policiesOf({ when: "anyone", apps: ["support", "school", "events"], fields }),
});
const withheld = ["id", "minutes_consumed"];

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

/** Everything that headers say of an answer, but what differs from request to request by chance. */
const headersOf = (answer: Response) =>
  JSON.stringify(
    [...answer.headers].filter(([name]) => !["x-request-id", "etag", "ratelimit", "server-timing"].includes(name)),
  );

/** What headers say of each page at once, a moment later (from memory), and at times at which a live page is stale and another is not. */
async function observed({ send, clock }: TestService, target: string): Promise<string[]> {
  const seen: string[] = [];
  for (const waitMs of [0, 500, 2_000, 20_000]) {
    await clock.advance(waitMs);
    seen.push(headersOf(await send(target)));
  }
  return seen;
}

describe("row 123: freshness", () => {
  it("row 123: tells nothing in headers to a reader who is shown neither status nor end, within half a minute", async () => {
    const truth = await pages();
    expect(new Set(truth.map(({ isLive }) => isLive))).toEqual(new Set([true, false]));
    const byKind = { live: new Set<string>(), ended: new Set<string>() };
    for (const { target, isLive } of truth) {
      const service = createTestService({ settings: showing(withheld) });
      const kinds = (await observed(service, target)).slice(0, 3).join("\n");
      byKind[isLive ? "live" : "ended"].add(kinds);
      expect(kinds).not.toMatch(/ttl/);
    }
    expect(byKind.live).toEqual(byKind.ended);
  });

  it("row 123: is told to a reader who is shown the status", async () => {
    const service = createTestService({ settings: showing(["id", "status"]) });
    const [, hit] = await observed(service, "/v1/apps/support/sessions?status=LIVE");
    expect(hit).toMatch(/ttl=[345]/);
  });

  it("row 123: shows Age in whole minutes, by every way to an answer", async () => {
    const settings = { ...showing(withheld), FRESH_LIVE_SECONDS: "600", FRESH_RECENT_SECONDS: "600" };
    const { send, clock } = createTestService({ settings });
    const target = "/v1/apps/support/sessions?per_page=3";
    const ages: (string | null)[] = [];
    for (const waitMs of [0, 59_000, 2_000, 58_000, 2_000]) {
      await clock.advance(waitMs);
      ages.push((await send(target)).headers.get("age"));
    }
    expect(ages).toEqual(["0", "0", "60", "60", "120"]);
  });
});
