// Random histories of webhooks, readers and listeners, on Workers and on Node, against the books of the upstream and of the log. A failure
// prints the seed and what led to it; `TEST_SEED` replays. `test/faults` has more of them.
import { useInstantDigest } from "../support/cache-rig.ts";
import { liveSuite } from "../support/live-suite.ts";

useInstantDigest();
liveSuite({ seed: Number(process.env["TEST_SEED"] || Math.floor(Math.random() * 2 ** 31)), histories: 3 });
