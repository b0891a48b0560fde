// Row 124: a setting that is there but blank opens nothing, by whichever way it comes: the environment of a process, bindings of a Worker,
// and all that the doctor reads.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../src/config/rules.ts";
import { parseConfig } from "../../src/config/config.ts";
import { bareEnvironment } from "../support/bare-environment.ts";
import { ownPath } from "../support/app.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { startNodeProcess } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";

const root = path.join(import.meta.dirname, "../..");
/** Complete: with nothing more, whoever is let in sees everything. */
const settings: Readonly<Record<string, string>> = {
  ...signed(),
  CLOUDFLARE_API_TOKEN: "a-token-of-a-test-0123456789abcdef",
  CLOUDFLARE_ACCOUNT_ID: "0".repeat(32),
  REALTIMEKIT_APPS: "support=app-1",
};

let folder: string;
let blankFile: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "bff-blank-"));
  blankFile = path.join(folder, "policies.json");
  await writeFile(blankFile, " \n\t");
});
afterAll(() => rm(folder, { recursive: true }));

describe("row 124: a blank setting is a problem with a fix", () => {
  const platforms: readonly Platform[] = ["worker", "worker-redis", "node"];
  const opening = ["POLICIES", "POLICIES_FILE", "SESSION_STORE", "STORE_SECRET", "HOST"].flatMap((name) =>
    ["", " ", "\n", "\t \r\n", "\uFEFF", null].map((value) => ({ name, value })),
  );

  it.each(opening)("row 124: $name of $value, on every platform and in every mode", ({ name, value }) => {
    const redis = { REDIS_URL: "redis://127.0.0.1:6379" };
    for (const platform of platforms) {
      const read = parseConfig({ ...settings, ...redis, [name]: value }, platform);
      expect(read).toEqual({
        ok: false,
        failure: {
          code: "misconfigured",
          problems: [expect.stringMatching(new RegExp(`^${name}: is blank \\(.+\\)$`))],
        },
      });
    }
  });

  it("row 124: no other setting lets more be seen or reached where it is blank than where it is not there", () => {
    const others = ["ALLOWED_ORIGINS", "EXPOSE_META", "TRUSTED_PROXIES", "UPSTREAM_BASE_URL", "CLIENT_BUDGET_PERCENT"];
    for (const name of others) {
      const read = parseConfig({ ...settings, [name]: " " }, "node");
      expect(read).toMatchObject({
        ok: true,
        value: {
          allowedOrigins: [],
          exposeMeta: false,
          trustedProxies: [],
          upstreamBaseUrl: "https://api.cloudflare.com/client/v4",
          clientBudgetPercent: 20,
        },
      });
    }
    for (const name of ["AUTH_MODE", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_SECRET"]) {
      expect(parseConfig({ ...settings, [name]: " " }, "node")).toMatchObject({ ok: false });
    }
  });
});

describe("row 124: in front of a real way in", () => {
  const problemIn = (name: string) => new RegExp(`${name}: .*(?:is blank|is empty) .+`);

  it.each([
    ["POLICIES", "   "],
    ["POLICIES_FILE", "   "],
    ["POLICIES_FILE", "the file"],
  ])("row 124: a Node process does not start with %s of %j", async (name, value) => {
    const outcome: unknown = await startNodeProcess({
      ...settings,
      [name]: value === "the file" ? blankFile : value,
    }).then(
      () => "it started",
      (error: unknown) => error,
    );
    const text = outcome instanceof Error ? outcome.message : String(outcome);
    expect(text).toMatch(/^exit 78\n/);
    expect(text).toMatch(problemIn(name));
  });

  it("row 124: a Worker shows nobody anything with POLICIES of blanks", async () => {
    const product = await startWorkerProduct({ ...signed(), POLICIES: "   " });
    try {
      const answer = await product.fetch(ownPath, { headers: bearer(await tokenOf({}, Date.now())) });
      expect([answer.status, await answer.json()]).toEqual([500, expect.objectContaining({ code: "misconfigured" })]);
      expect(product.logs().join("\n")).toMatch(problemIn("POLICIES"));
    } finally {
      await product.stop();
    }
  });

  const doctor = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      const command = [path.join(root, "scripts/doctor.ts"), "--offline", ...args];
      const env = { ...bareEnvironment, ...settings, ...environment };
      execFile(process.execPath, command, { env }, (error, output) => resolve({ code: error?.code ?? 0, output }));
    });

  it("row 124: the doctor fails with them, wherever they stand", async () => {
    const envFile = path.join(folder, "settings.env");
    await writeFile(envFile, `POLICIES_FILE="${blankFile}"\n`);
    const toml = path.join(folder, "wrangler.toml");
    await writeFile(toml, `[vars]\nPOLICIES = '''\n'''\n`);
    for (const [name, run] of [
      ["POLICIES", doctor([], { POLICIES: "   " })],
      ["POLICIES_FILE", doctor(["--env-file", envFile])],
      ["POLICIES", doctor(["--wrangler", toml])],
    ] as const) {
      const { code, output } = await run;
      expect([code, output]).toEqual([
        78,
        expect.stringMatching(new RegExp(`^FAIL +${name} \\(.+\\): .*is (?:blank|empty)\n +→ `, "m")),
      ]);
    }
  });
});
