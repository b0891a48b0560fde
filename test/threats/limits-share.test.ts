// Row 122: one caller who may see next to nothing takes the budget that others need. Whatever it asks, it causes no more than its share, and
// new questions never take the last quarter: a page in use is renewed as if nobody else were there.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createTestService, mayCause } from "../support/app.ts";
import { bearer, policiesOf } from "../support/callers.ts";
import { startNodeProcess } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import { startRedis } from "../support/redis-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const keyOf = (id: string) => `rtkb_${id}_${"k".repeat(43)}`;
const entryOf = (id: string) => `${id}=${createHash("sha256").update(keyOf(id)).digest("hex")}`;

/** Two callers; and pages that are old a second after they were loaded, for which a reader waits. */
const settings = {
  AUTH_MODE: "key",
  API_KEYS: ["low", "admin"].map(entryOf).join(","),
  POLICIES: policiesOf(
    { when: { claim: "sub", equals: "admin" } },
    { when: { claim: "sub", equals: "low" }, fields: ["id"] },
  ),
  CLIENT_BUDGET_PERCENT: "20",
  FRESH_LIVE_SECONDS: "1",
  FRESH_RECENT_SECONDS: "3600",
  STALE_SECONDS: "0",
  SOFT_DEADLINE_MS: "60000",
};

type Attacked = { url: string; calls: () => number };

/** The attack, with the admin's live page asked for throughout. */
async function attack({ url, calls }: Attacked, questions: number) {
  const live = `${url}/v1/apps/support/sessions?status=LIVE`;
  const look = async () => {
    const answer = await fetch(live, { headers: bearer(keyOf("admin")) });
    await answer.text();
    return { status: answer.status, cacheStatus: answer.headers.get("cache-status") ?? "" };
  };
  const seen = [await look()];
  const before = calls();
  const asked = await Promise.all(
    Array.from({ length: questions }, async (_, place) => {
      const target = `${url}/v1/apps/support/sessions?per_page=1&page_no=${place + 1}`;
      const answer = await fetch(target, { headers: bearer(keyOf("low")) });
      await answer.text();
      return answer.status;
    }),
  );
  const taken = calls() - before;
  for (let second = 0; second < 4; second += 1) {
    await sleep(1_200);
    seen.push(await look());
  }
  return { asked, taken, seen };
}

function expectHarmless({ asked, taken, seen }: Awaited<ReturnType<typeof attack>>, share: number): void {
  expect(asked.filter((status) => status === 200)).toHaveLength(share);
  expect(asked.filter((status) => status === 429)).toHaveLength(asked.length - share);
  expect(taken).toBe(share);
  expect(seen.map(({ status }) => status)).toEqual(seen.map(() => 200));
  expect(seen.filter(({ cacheStatus }) => cacheStatus.includes("failed"))).toEqual([]);
}

describe("row 122: questions by the dozen, of a caller who is shown an id", { timeout: 120_000 }, () => {
  it("row 122: leave an admin's live page as fresh as it was, on Node in the window after a restart of Redis", async () => {
    const upstream = await startUpstream();
    stops.push(upstream.close);
    const redis = await startRedis();
    stops.push(redis.stop);
    // Nothing is known of what was spent: the process lives on its part of the reserve, 54 calls, of which a fifth is ten.
    const all = settingsFor(upstream, { ...settings, MAX_REPLICAS: "4", REDIS_URL: redis.url });
    const node = await startNodeProcess(all);
    stops.push(node.stop);
    const calls = () => upstream.simulator.state().calls.total;
    expectHarmless(await attack({ url: node.url, calls }, 60), 10);
  });

  it("row 122: leave an admin's live page as fresh as it was, on workerd", async () => {
    const product = await startWorkerProduct({ ...settings, UPSTREAM_BUDGET_REQUESTS: "60" });
    stops.push(product.stop);
    const calls = () => product.simulator.state().calls.total;
    expectHarmless(await attack({ url: product.url, calls }, 60), 12);
  });
});

describe("row 122: hostile clients", () => {
  const addressOf = (request: Request) => request.headers.get("x-test-address") ?? undefined;
  const budget = 100;
  const freshSeconds = 5;
  const staleSeconds = 60;

  it("row 122: however they ask, a page in use is never older than its bound while they are fewer than four", async () => {
    const round = fc.record({
      hostile: fc.integer({ min: 0, max: 2 }),
      /** New questions, or those that were asked before: renewals. */
      isNew: fc.boolean(),
      count: fc.integer({ min: 1, max: 40 }),
      waitMs: fc.constantFrom(0, 1_000, 4_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 20, maxLength: 40 }), async (rounds) => {
        const service = createTestService({ settings: mayCause(budget / 5), services: { addressOf } });
        const ask = (target: string, address: string) =>
          service.send(target, { headers: { "x-test-address": address } });
        const questions = new Map<number, number>();
        let looksLeft = 15;
        for (const { hostile, isNew, count, waitMs } of rounds) {
          const known = questions.get(hostile) ?? 0;
          for (let place = 0; place < count; place += 1) {
            const number = isNew || known === 0 ? known + place : place % known;
            await ask(`/v1/apps/school/sessions?search=h${hostile}q${number}`, `203.0.113.${hostile + 1}`);
          }
          if (isNew || known === 0) questions.set(hostile, known + count);
          await service.clock.advance(waitMs);
          // Whoever looks is within its own share: it asks for one page every 20 s at the most.
          if (looksLeft > 0 && waitMs > 0) {
            looksLeft -= 1;
            const answer = await ask("/v1/apps/support/sessions?status=LIVE", "198.51.100.1");
            await answer.text();
            await service.clock.advance(100);
            const renewed = await ask("/v1/apps/support/sessions?status=LIVE", "198.51.100.1");
            expect(renewed.status).toBe(200);
            expect(Number(renewed.headers.get("age"))).toBeLessThanOrEqual(freshSeconds + staleSeconds);
            expect(renewed.headers.get("cache-status")).not.toContain("failed");
          }
        }
        // Three clients, and one who looks: nobody had more than a fifth.
        expect(service.calls()).toBeLessThanOrEqual((budget / 5) * 3 + 15);
      }),
      { numRuns: 15 },
    );
  });
});
