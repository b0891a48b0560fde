// What one client can do to the others, and to itself: fleets under a test clock with clients that ask all they may.
//
// Times are a fifth of the real ones: a window of 62 s, pages fresh for one and stale for twelve more.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { useInstantDigest } from "../support/cache-rig.ts";
import { createFleet } from "../support/fleet.ts";
import type { Fleet } from "../support/fleet.ts";
import { testSeed } from "../support/redis-rig.ts";
import { createSeededRandom } from "../support/timeline.ts";

useInstantDigest();

const windowMs = 62_000;
const percent = 20;
const freshMs = 1_000;
const staleMs = 12_000;
const pollMs = 1_000;
/** Fresh with its jitter, stale, one poll, and the load that ends it. */
const boundMs = 1.1 * freshMs + staleMs + pollMs + 1_500;
const isolates = 3;

const fleetOf = (requests: number, seed: number): Fleet =>
  createFleet({
    seed,
    freshness: {
      freshSeconds: { live: freshMs / 1000, recent: freshMs / 1000, settled: freshMs / 1000 },
      staleSeconds: staleMs / 1000,
      staleIfErrorSeconds: 3_600,
    },
    limits: { requests, windowMs },
    isolates,
    deadlines: { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
    memoryBytesMax: 10_000_000,
  });

const ignore = () => undefined;

/** Asks for a page in a client's name; the age of what is shown, or why nothing is. */
async function look({ isolates: all, clock }: Fleet, isolate: number, key: string, client: string) {
  const context = { defer: ignore, report: ignore, payer: () => ({ client, percent }) };
  const found = await all[isolate % isolates]?.pages.get({ key }, context);
  return found?.ok ? { ageMs: clock.now() - found.value.fetchedAt } : { code: found?.failure.code ?? "" };
}

/** The most calls of one client in any window. */
function mostOf(granted: Fleet["granted"], client: string): number {
  const own = granted.filter((call) => call.client === client).map(({ at }) => at);
  return Math.max(0, ...own.map((start) => own.filter((at) => at >= start && at < start + windowMs).length));
}

type Habit = (round: number, random: () => number) => string[];
/** What a hostile client asks in a tenth of a second. */
const habits: Readonly<Record<string, Habit>> = {
  "new questions": (round) => [`new ${round}`],
  "its own pages, over and over": (round) => [`own ${round % 150}`],
  "pages that have become old": (round) => (round % 300 < 100 ? [`gathered ${round % 100}`] : []),
  "the pages of others": (_round, random) => [`page ${Math.floor(random() * 5)}`],
  "everything at once": (round, random) => [
    `all ${round}`,
    `all ${Math.floor(random() * round)}`,
    `page ${Math.floor(random() * 5)}`,
  ],
};

describe("while hostile clients may cause less than three quarters of the budget", () => {
  it("no page in use is older than its bound, and no client causes more than its share, whatever the clients do", async () => {
    const hostiles = fc.array(fc.constantFrom(...Object.keys(habits)), { maxLength: Math.ceil(75 / percent) - 1 });
    const setting = fc.record({
      requests: fc.constantFrom(50, 54, 108, 216, 500, 1_080),
      hostiles,
      honest: fc.integer({ min: 1, max: 2 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(setting, async ({ requests, hostiles: kinds, honest, seed }) => {
        const fleet = fleetOf(requests, seed);
        const { clock } = fleet;
        const random = createSeededRandom(seed);
        const endsAt = clock.now() + 2.5 * windowMs;
        const seen: { ageMs?: number; code?: string }[] = [];
        const poll = (client: number) => {
          void look(fleet, client, `page ${client}`, `honest ${client}`).then((one) => void seen.push(one));
          if (clock.now() + pollMs < endsAt) clock.timer(pollMs, () => poll(client));
        };
        const attack = (kind: string, client: string, round: number) => {
          for (const key of habits[kind]?.(round, random) ?? []) void look(fleet, round, key, client);
          if (clock.now() + 100 < endsAt) clock.timer(100, () => attack(kind, client, round + 1));
        };
        for (let client = 0; client < honest; client += 1) poll(client);
        for (const [place, kind] of kinds.entries()) {
          clock.timer(Math.floor(random() * windowMs), () => attack(kind, `hostile ${place}`, 0));
        }
        await clock.runUntil(endsAt + 10_000);

        expect(seen.map(({ code }) => code).filter((code) => code !== undefined)).toEqual([]);
        expect(Math.max(...seen.map(({ ageMs = Infinity }) => ageMs))).toBeLessThanOrEqual(boundMs);
        const share = Math.floor((requests * percent) / 100);
        for (const client of new Set(fleet.granted.map((call) => call.client))) {
          expect(mostOf(fleet.granted, client)).toBeLessThanOrEqual(share);
        }
      }),
      { seed: testSeed("hostile clients"), numRuns: 15 },
    );
  });
});

describe("a client alone", () => {
  /** The greatest age of its pages, each looked at once a second for three windows. */
  async function oldestOf(requests: number, pages: number): Promise<number> {
    const fleet = fleetOf(requests, 7);
    const { clock } = fleet;
    const ages: number[] = [];
    const endsAt = clock.now() + 3 * windowMs;
    const poll = () => {
      for (let page = 0; page < pages; page += 1) {
        void look(fleet, 0, `page ${page}`, "one").then(({ ageMs }) => void (ageMs !== undefined && ages.push(ageMs)));
      }
      if (clock.now() + pollMs < endsAt) clock.timer(pollMs, poll);
    };
    poll();
    await clock.runUntil(endsAt + 10_000);
    return Math.max(...ages);
  }

  it.each([
    [1_080, 2, 4_000],
    [1_080, 13, boundMs],
    [54, 1, boundMs],
    [25, 1, boundMs],
  ])("with a fifth of %i calls has %i live pages, none older than %i ms", async (requests, pages, ageMsMax) => {
    expect(await oldestOf(requests, pages)).toBeLessThanOrEqual(ageMsMax);
  });
});
