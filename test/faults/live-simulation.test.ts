// The histories of `test/unit/live-simulation.test.ts`, sixty for each form.
import { useInstantDigest } from "../support/cache-rig.ts";
import { liveSuite } from "../support/live-suite.ts";

useInstantDigest();
liveSuite({ seed: Number(process.env["TEST_SEED"] || Math.floor(Math.random() * 2 ** 31)), histories: 60 });
