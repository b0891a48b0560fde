// The check on entries as tests of a store need it: any body is a page, and no limit is in the way. What the check refuses has tests of
// its own.
import { createEntryCheck } from "../../src/cache/entry-check.ts";
import { sealWith } from "../../src/entries/digest.ts";

const decade = 3e8;

export const openCheck = createEntryCheck(
  { seal: sealWith(undefined), isBody: () => true },
  {
    freshSeconds: { live: decade, recent: decade, settled: decade },
    staleSeconds: decade,
    staleIfErrorSeconds: decade,
    deadlineMs: 10_000,
  },
);
