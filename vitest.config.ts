// The tests by what they run on. `core` and `workerd` are quick; `redis` starts real servers; `blackbox`, `client` and `browser` drive the
// bundle that a deploy would upload, which is built once before them; so do some of `threats`, one test or more for each row of
// test/threats/README.md. `long` is what `npm test` leaves to `npm run check`: fleets in trouble, processes and platforms that come and
// go, and what takes thousands of cases.
//
// Files of a project share a process, so that its modules are loaded once: a file leaves behind no mock, no changed environment and no
// server. A time limit is there to end a test that hangs, not to judge a machine: a test that waits for a real process may take minutes
// where others keep every core busy.
import path from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Wrangler reads required secrets from the environment: a real one of whoever runs the tests must not get into them.
process.env["CLOUDFLARE_API_TOKEN"] = "test-token-not-a-secret-000000000000000000";

// Every Node that the tests start finds its modules compiled.
process.env["NODE_COMPILE_CACHE"] = path.join(import.meta.dirname, "dist", "compile-cache");

const long = "test/**/*.long.test.ts";
const limits = { testTimeout: 300_000, hookTimeout: 300_000, teardownTimeout: 60_000 };
const onNode = { environment: "node", isolate: false, ...limits };
const onBundle = { ...onNode, globalSetup: ["scripts/build-worker.ts"] };

export default defineConfig({
  test: {
    // No more than two cores can work on: each starts servers of its own, and Redis counts as gone after a quarter of a second.
    maxWorkers: 3,
    reporters: ["default", ["json", { outputFile: "dist/test-results.json" }]],
    projects: [
      { test: { name: "core", include: ["test/{unit,contract,app}/**/*.test.ts"], ...onNode } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: { cf: false },
          }),
        ],
        test: {
          name: "workerd",
          // Keys are read by the platform: Node and workerd must agree on every one.
          include: ["test/workerd/**/*.test.ts", "test/unit/identity-signing-key.test.ts"],
          ...limits,
        },
      },
      { test: { name: "redis", include: ["test/redis/**/*.test.ts"], exclude: [long], ...onNode } },
      { test: { name: "threats", include: ["test/threats/**/*.test.ts"], exclude: [long], ...onBundle } },
      { test: { name: "blackbox", include: ["test/blackbox/**/*.test.ts"], exclude: [long], ...onBundle } },
      { test: { name: "client", include: ["test/client/**/*.test.ts"], exclude: [long], ...onBundle } },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], exclude: [long], ...onBundle } },
      { test: { name: "long", include: ["test/faults/**/*.test.ts", long], ...onBundle } },
    ],
  },
});
