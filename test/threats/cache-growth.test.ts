// How much a stranger can make us ask and keep: ten thousand random addresses, ids that nobody has, and everybody at once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseObject, textOf } from "../support/document.ts";
import { appAlias, ownPath, mayCause } from "../support/app.ts";
import { pathsNearlyOurs } from "../support/corpora.ts";
import { goodName, pageText, rowOf } from "../support/hostile-upstream.ts";
import { createByteStore, createCountedService, jsonAnswer } from "./cache-service.ts";

const budget = 200;

/** Answers by the search text: mostly pages, else everything that is none. */
const moody = async (url: string) => {
  const mood = (new URL(url).searchParams.get("search") ?? "").length % 8;
  if (mood === 1) return jsonAnswer("{}", 404);
  if (mood === 2) return jsonAnswer('{"success":true', 200);
  if (mood === 3) return jsonAnswer('{"success":false,"errors":[]}');
  if (mood === 4) return new Response("<html>", { headers: { "content-type": "text/html" } });
  if (mood === 5) return jsonAnswer("{}", 500);
  if (mood === 6) return jsonAnswer("", 302, { location: "/" });
  return jsonAnswer(pageText(rowOf()));
};

const sound: fc.Arbitrary<[string, string]> = fc.oneof(
  fc.tuple(fc.constant("search"), fc.string({ minLength: 1, maxLength: 30 })),
  fc.tuple(fc.constant("page_no"), fc.integer({ min: 1, max: 10_000 }).map(String)),
  fc.tuple(fc.constant("per_page"), fc.integer({ min: 1, max: 100 }).map(String)),
  fc.tuple(fc.constant("associated_id"), fc.uuid()),
  fc.tuple(fc.constantFrom("status", "STATUS"), fc.constantFrom("live", "LIVE", "Ended")),
);
const odd: fc.Arbitrary<[string, string]> = fc.oneof(
  fc.tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 })),
  fc.tuple(fc.constant("page_no"), fc.integer({ min: 10_001, max: 2_000_000_000 }).map(String)),
  fc.tuple(fc.constantFrom("per_page", "page_no", "status", "start_time"), fc.string({ maxLength: 8 })),
);
const query = fc
  .array(fc.oneof({ arbitrary: sound, weight: 4 }, { arbitrary: odd, weight: 1 }), { maxLength: 3 })
  .map((pairs) => pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&"));
const path = fc.oneof(
  { arbitrary: fc.constant(ownPath), weight: 8 },
  { arbitrary: fc.string({ maxLength: 12 }).map((app) => `/v1/apps/${encodeURIComponent(app)}/sessions`), weight: 1 },
  { arbitrary: fc.constantFrom(...pathsNearlyOurs), weight: 1 },
);
const address = fc.tuple(path, query).map(([place, search]) => (search === "" ? place : `${place}?${search}`));

describe("rows 62 and 84: ten thousand random addresses", () => {
  it("rows 62 and 84: cost at most the budget, and nothing but a page is ever written", async () => {
    const store = createByteStore(() => Date.UTC(2026, 10, 22, 10));
    const settings = { UPSTREAM_BUDGET_REQUESTS: String(budget) };
    const service = createCountedService({ settings, upstream: moody, store });
    const seed = Math.floor(Math.random() * 2 ** 31);
    const counts = new Map<string, number>();
    for (const target of fc.sample(address, { numRuns: 10_000, seed })) {
      const before = store.writes();
      const answer = await service.ask(target);
      const { status } = answer;
      const code = status === 200 ? "page" : textOf(parseObject(await answer.text())["code"]);
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (status !== 200) expect(`${store.writes() - before} writes by ${target}, seed ${seed}`).toMatch(/^0 /);
    }
    expect(service.calls()).toBeLessThanOrEqual(budget);
    expect(store.writes()).toBeLessThanOrEqual(service.calls());
    expect([...counts.keys()].sort(), `seed ${seed}`).toEqual(
      expect.arrayContaining(["invalid_query", "not_found", "page", "upstream_malformed"]),
    );
    expect(counts.has("internal")).toBe(false);
    for (const value of store.values.values()) expect(Buffer.from(value).toString()).toContain(goodName);
  });

  it("row 62: are refused to one client long before, by their share of the budget", async () => {
    const service = createCountedService({ settings: mayCause(20) });
    const statuses: number[] = [];
    for (let page = 1; page <= 500; page += 1) statuses.push((await service.ask(`${ownPath}?page_no=${page}`)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(new Set(statuses.slice(20))).toEqual(new Set([429]));
    expect(service.calls()).toBe(20);
  });

  it("row 62: make one page of a thousand spellings", async () => {
    const service = createCountedService({ settings: mayCause(1) });
    const parts = [
      "status=ENDED",
      "per_page=77",
      "page_no=1",
      "sort_by=createdAt",
      "sort_order=DESC",
      "search=caf%C3%A9",
    ];
    const spelling = fc.tuple(fc.shuffledSubarray(parts, { minLength: 6 }), fc.boolean(), fc.boolean(), fc.boolean());
    for (const [order, isLower, isPadded, isEscaped] of fc.sample(spelling, 1_000)) {
      let search = order.join("&");
      if (isLower) search = search.replace("ENDED", "ended").replace("DESC", "desc");
      if (isPadded) search = search.replace("search=", "search=+%20");
      if (isEscaped) search = search.replace("per_page", "%70er_p%61ge");
      expect((await service.ask(`/v1/apps/${appAlias}/sessions?${search}`)).status).toBe(200);
    }
    expect(service.calls()).toBe(1);
  });
});

describe("row 63: ids that nobody has", () => {
  it("row 63: are never written: an upstream that knows none of them costs memory for a moment and nothing else", async () => {
    const store = createByteStore(() => Date.UTC(2026, 10, 22, 10));
    const settings = { UPSTREAM_BUDGET_REQUESTS: "500" };
    const service = createCountedService({ settings, upstream: async () => jsonAnswer("{}", 404), store });
    for (const id of fc.sample(fc.uuid(), 1_000)) {
      const { status } = await service.ask(`${ownPath}?associated_id=${id}`);
      expect([404, 503]).toContain(status);
    }
    // New questions never take the last quarter.
    expect(service.calls()).toBe(375);
    expect(store.writes()).toBe(0);
  });

  it("row 63: cost one call for as long as one of them is asked for again and again", async () => {
    const store = createByteStore(() => Date.UTC(2026, 10, 22, 10));
    const service = createCountedService({ upstream: async () => jsonAnswer("{}", 404), store });
    const target = `${ownPath}?associated_id=${fc.sample(fc.uuid(), 1)[0] ?? ""}`;
    for (let round = 0; round < 50; round += 1) expect((await service.ask(target)).status).toBe(404);
    expect(service.calls()).toBe(1);
    expect(store.writes()).toBe(0);
  });
});

describe("row 65: everybody at once", () => {
  it("row 65: makes one call for a cold page, and one for the same page when it has become stale", async () => {
    const service = createCountedService({ settings: { FRESH_RECENT_SECONDS: "30", STALE_SECONDS: "60" } });
    const stampede = async () => {
      const answers = Array.from({ length: 1_000 }, async () => service.ask(ownPath));
      const texts = await Promise.all(answers.map(async (answer) => (await answer).text()));
      await service.ask(ownPath);
      return new Set(texts);
    };
    expect([...(await stampede())]).toEqual([expect.stringContaining(goodName)]);
    expect(service.calls()).toBe(1);
    await service.clock.advance(40_000);
    expect([...(await stampede())]).toEqual([expect.stringContaining(goodName)]);
    expect(service.calls()).toBe(2);
  });
});
