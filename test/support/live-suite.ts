// What random histories of live pages must show, on each form of the product. `histories` for each form, from `seed` on: with some events
// lost, with every event lost, with a budget that is soon spent, and so on in turn.
import { describe, expect, it } from "vitest";
import { invariants } from "./live-checks.ts";
import { runHistory, storm, type HistoryOptions, type Outcome } from "./live-history.ts";
import { createLiveProcess, createLiveProcesses } from "./live-processes.ts";
import { createLiveWorkers } from "./live-workers.ts";

const forms = {
  "isolates and a shield": createLiveWorkers,
  "processes over Redis": createLiveProcesses,
  "a process alone": createLiveProcess,
};

/** For a quarter of an hour after the first minutes nobody hears of anything. */
export const silence = { ...storm, stormMs: 120_000, calmMs: 960_000, lostFromMs: 180_000 };

const kinds: readonly Partial<HistoryOptions>[] = [{}, { lostShare: 1 }, { requests: 20, isAmple: false }];

export function liveSuite({ seed, histories }: { seed: number; histories: number }): void {
  describe.each(Object.entries(forms))(`%s, in random histories of seed ${seed}`, (_form, make) => {
    let outcomes: Promise<Outcome[]> | undefined;
    async function runAll(): Promise<Outcome[]> {
      const all = [await runHistory(make, { ...silence, seed, hasPurges: false })];
      for (let place = 0; place < histories; place += 1) {
        all.push(await runHistory(make, { ...storm, ...kinds[place % kinds.length], seed: seed + place }));
      }
      return all;
    }

    it.each(Object.entries(invariants))("%s: %s", async (name, sentence) => {
      outcomes ??= runAll();
      for (const { breaches } of await outcomes) {
        const breach = [...breaches].find(([invariant]) => invariant === name)?.[1];
        expect(breach, `${sentence}\n${breach}`).toBeUndefined();
      }
    });

    it("reaches every corner", async () => {
      outcomes ??= runAll();
      const seen = (await outcomes).map((outcome) => outcome.seen);
      for (const what of ["fresh", "stale", "sent", "told", "lost", "hidden", "purged", "budget_spent"]) {
        expect(
          seen.some((counts) => counts.has(what)),
          what,
        ).toBe(true);
      }
    });
  });

  it(`shows the pages of a deployment that polls where every webhook is lost, one for one (seed ${seed})`, async () => {
    const options = { ...storm, seed, lostShare: 1, hasPurges: false };
    const { shown } = await runHistory(createLiveProcess, options);
    const polled = await runHistory(createLiveProcess, { ...options, hasWebhooks: false });
    expect(shown.length).toBeGreaterThan(100);
    expect(shown).toEqual(polled.shown);
  });
}
