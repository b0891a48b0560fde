// Whether the simulation of live pages can fail: each guarantee that is taken away is noticed, over the same histories in each run.
import { describe, expect, it } from "vitest";
import { useInstantDigest } from "../support/cache-rig.ts";
import { runHistory, storm } from "../support/live-history.ts";
import { mutants } from "../support/live-mutants.ts";
import { createLiveWorkers } from "../support/live-workers.ts";

useInstantDigest();

const firstSeed = 7;
const historiesMax = 12;

describe(`histories from seed ${firstSeed} on notice`, () => {
  it.each(Object.entries(mutants))("when %s", async (_name, { mutation, noticedBy, options: own }) => {
    for (let history = 0; history < historiesMax; history += 1) {
      const lostShare = history % 2 === 1 ? 1 : 0.1;
      const options = { ...storm, seed: firstSeed + history, mutation, lostShare, ...own };
      const { breaches } = await runHistory(createLiveWorkers, options);
      if (breaches.has(noticedBy)) return;
    }
    expect.unreachable(`nothing was noticed in ${historiesMax} histories`);
  });
});
