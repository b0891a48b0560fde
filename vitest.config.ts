// The tests by what they run on. `core` and `workerd` are quick; `redis` and `faults` start real servers; `blackbox` and
// `browser` drive the bundle that a deploy would upload, which is built once before them; so do some of `threats`, one test or more
// for each row of test/threats/README.md.
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Wrangler reads required secrets from the environment: a real one of whoever runs the tests must not get into them.
process.env["CLOUDFLARE_API_TOKEN"] = "test-token-not-a-secret-000000000000000000";

const bundle = { globalSetup: ["scripts/build-worker.ts"], testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Many tests wait for a product to start, a page to grow old or a server to come back.
    maxWorkers: 3,
    reporters: ["default", ["json", { outputFile: "dist/test-results.json" }]],
    projects: [
      {
        test: {
          name: "core",
          environment: "node",
          include: ["test/{unit,contract,app}/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: { cf: false },
          }),
        ],
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        test: {
          name: "redis",
          environment: "node",
          include: ["test/redis/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "faults",
          environment: "node",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: { name: "threats", environment: "node", include: ["test/threats/**/*.test.ts"], ...bundle },
      },
      {
        test: { name: "blackbox", environment: "node", include: ["test/blackbox/**/*.test.ts"], ...bundle },
      },
      {
        test: { name: "browser", environment: "node", include: ["test/browser/**/*.test.ts"], ...bundle },
      },
    ],
  },
});
