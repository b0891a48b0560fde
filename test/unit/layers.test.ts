// The linter's own test: one violation of every rule that holds the house together, planted in a copy of its layout, must be
// caught, and the imports that each room is allowed must pass.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..", "..");

const IMPORTS = "eslint(no-restricted-imports)";
const GLOBALS = "eslint(no-restricted-globals)";
const CHANCE = "eslint(no-restricted-properties)";

const use = (specifier: string) => `import { x } from "${specifier}";\nexport const y = [x];\n`;
const useType = (specifier: string) => `import type { X } from "${specifier}";\nexport type Y = X[];\n`;

/** Each caught by exactly the rule named. */
const violations: readonly [file: string, rule: string, text: string][] = [
  ["src/ground/errors.ts", IMPORTS, use("zod")],
  ["src/ground/runtime.ts", IMPORTS, useType("../config/config.ts")],
  ["src/config/config.ts", IMPORTS, use("../http/cors.ts")],
  ["src/redis/link.ts", IMPORTS, use("../cache/store.ts")],
  ["src/entries/loader.ts", IMPORTS, use("../worker.ts")],
  ["src/attic/room.ts", IMPORTS, use("../cache/store.ts")],

  ["src/resources/a1.ts", IMPORTS, use("../policy/scope.ts")],
  ["src/resources/a2.ts", IMPORTS, useType("../cache/store.ts")],
  ["src/resources/a3.ts", IMPORTS, use("hono")],
  ["src/resources/a4.ts", IMPORTS, `export { x } from "../upstream/client.ts";\n`],
  ["src/resources/a5.ts", IMPORTS, `export const load = () => import("../config/config.ts");\n`],
  ["src/resources/a6.ts", IMPORTS, use("node:crypto")],

  ["src/service/s1.ts", IMPORTS, use("../http/problem.ts")],
  ["src/service/s2.ts", IMPORTS, use("hono")],
  ["src/service/s3.ts", IMPORTS, use("../cache/store-kv.ts")],
  ["src/service/s4.ts", IMPORTS, use("../upstream/client.ts")],
  ["src/resources/rows/a7.ts", IMPORTS, use("../../policy/scope.ts")],

  ["src/upstream/b1.ts", IMPORTS, use("../cache/store.ts")],
  ["src/upstream/b2.ts", IMPORTS, use("../http/problem.ts")],
  ["src/upstream/b3.ts", IMPORTS, use("../config/config.ts")],
  ["src/upstream/b4.ts", IMPORTS, use("./budget-durable.ts")],
  ["src/upstream/b5.ts", IMPORTS, use("cloudflare:workers")],
  ["src/upstream/b6.ts", IMPORTS, use("hono")],
  ["src/upstream/b8.ts", IMPORTS, useType("../resources/question.ts")],

  ["src/cache/c1.ts", IMPORTS, useType("../resources/resource.ts")],
  ["src/cache/c2.ts", IMPORTS, use("../http/problem.ts")],
  ["src/cache/c3.ts", IMPORTS, useType("../upstream/budget.ts")],
  ["src/cache/c4.ts", IMPORTS, use("./store-kv.ts")],
  ["src/cache/c5.ts", IMPORTS, use("./store-redis.ts")],
  ["src/cache/shield.ts", IMPORTS, use("cloudflare:workers")],
  ["src/cache/c6.ts", IMPORTS, use("../config/config.ts")],

  ["src/webhooks/w1.ts", IMPORTS, use("../http/problem.ts")],
  ["src/webhooks/w2.ts", IMPORTS, use("../identity/identity.ts")],
  ["src/webhooks/w3.ts", IMPORTS, use("../cache/store.ts")],
  ["src/webhooks/w4.ts", IMPORTS, use("node:crypto")],
  ["src/cache/c7.ts", IMPORTS, use("../webhooks/notice.ts")],

  ["src/login/l1.ts", IMPORTS, use("../http/problem.ts")],
  ["src/login/l2.ts", IMPORTS, use("../policy/claims-read.ts")],
  ["src/login/l3.ts", IMPORTS, use("./logins-redis.ts")],
  ["src/login/l4.ts", IMPORTS, use("hono")],
  ["src/identity/l5.ts", IMPORTS, useType("../login/login.ts")],
  ["src/service/l6.ts", IMPORTS, useType("../login/login.ts")],

  ["src/upstream/b7.ts", IMPORTS, use("../limits/limiter.ts")],
  ["src/limits/d1.ts", IMPORTS, use("../http/problem.ts")],
  ["src/limits/d2.ts", IMPORTS, use("./ceiling-binding.ts")],
  ["src/http/d1.ts", IMPORTS, use("../app.ts")],
  ["src/http/d2.ts", IMPORTS, use("../cache/store-kv.ts")],
  ["src/http/d3.ts", IMPORTS, use("../upstream/budget-durable.ts")],
  ["src/http/d4.ts", IMPORTS, use("../cache/shield.ts")],
  ["src/http/d5.ts", IMPORTS, use("../worker.ts")],
  ["src/http/d6.ts", IMPORTS, use("node:crypto")],

  ["src/app.ts", IMPORTS, use("./cache/store-kv.ts") + `export { z } from "./worker.ts";\n`],
  ["src/node.ts", IMPORTS, use("./worker.ts")],
  ["src/worker.ts", IMPORTS, use("../simulator/simulator.ts")],
  ["client/src/a1.ts", IMPORTS, use("../../src/ground/errors.ts")],
  ["client/src/a2.ts", IMPORTS, use("node:crypto")],
  ["client/src/a3.ts", IMPORTS, use("zod")],
  ["openapi/a1.ts", IMPORTS, use("../src/app.ts")],
  ["openapi/a2.ts", IMPORTS, use("../src/entries/digest.ts")],
  ["openapi/a3.ts", IMPORTS, use("../src/cache/store-kv.ts")],
  ["openapi/a4.ts", IMPORTS, use("../simulator/row.ts")],
  ["openapi/a5.ts", IMPORTS, use("hono")],
  ["src/http/d7.ts", IMPORTS, use("../../openapi/schemas.ts")],
  ["src/http/d8.ts", IMPORTS, use("@hono/zod-openapi")],
  ["src/resources/a8.ts", IMPORTS, useType("../../openapi/json.ts")],
  ["src/entries/a1.ts", IMPORTS, use("../../openapi/json.ts")],
  ["src/worker-redis.ts", IMPORTS, use("../openapi/document.ts")],
  ["simulator/e2.ts", IMPORTS, use("../openapi/schemas.ts")],
  ["web/elements/w1.ts", IMPORTS, use("../dashboard/address.ts")],
  ["web/elements/w2.ts", IMPORTS, use("uplot")],
  ["web/dashboard/w3.ts", IMPORTS, use("../../src/http/problem.ts")],
  ["web/dashboard/w4.ts", IMPORTS, use("zod")],
  ["simulator/e1.ts", IMPORTS, use("../src/resources/sessions.ts")],

  ...[
    "Date.now()",
    "fetch('/')",
    "process.env",
    "caches.default",
    "console.log()",
    "performance.now()",
    "setTimeout(() => 1)",
  ].map((text, index): [string, string, string] => [
    `src/http/f${index}.ts`,
    GLOBALS,
    `export const x = () => ${text};\n`,
  ]),
  ["src/resources/f8.ts", GLOBALS, "export const x = () => new Date();\n"],
  ["src/cache/f9.ts", GLOBALS, "export const x = () => globalThis.Date.now();\n"],
  ["openapi/f10.ts", GLOBALS, "export const x = () => Date.now();\n"],
  ["src/upstream/g1.ts", CHANCE, "export const x = () => Math.random();\n"],

  ["src/http/h1.ts", "import(no-cycle)", `import { x2 } from "./h2.ts";\nexport const x1 = () => x2;\n`],
  ["src/http/h2.ts", "import(no-cycle)", `import { x1 } from "./h1.ts";\nexport const x2 = () => x1;\n`],
  ["src/http/h3.ts", "import(no-default-export)", "export default 1;\n"],
  ["src/http/h4.ts", "oxc(no-barrel-file)", `export * from "./d-plain.ts";\n`],
  ["src/http/h5.ts", "typescript(no-explicit-any)", "export const x = (y: any) => [y];\n"],
  ["src/http/h6.ts", "typescript(no-non-null-assertion)", "export const x = (y?: string) => y!;\n"],
  ["src/http/h7.ts", "eslint(no-unused-vars)", "const x = 1;\nexport const y = 2;\n"],
];

const allowed: readonly [file: string, text: string][] = [
  ["src/ground/log.ts", useType("./runtime.ts") + "export const x = (text: string) => Date.parse(text);\n"],
  ["src/resources/ok.ts", use("zod") + useType("../ground/errors.ts") + `export { z } from "./ok-plain.ts";\n`],
  ["src/resources/rows/ok.ts", use("../../ground/errors.ts") + useType("../resource.ts")],
  ["src/service/ok.ts", use("../cache/page-cache.ts") + useType("../resources/resource.ts")],
  ["src/upstream/ok.ts", useType("../ground/runtime.ts") + `export { z } from "./budget.ts";\n`],
  ["src/upstream/budget.ts", use("../limits/share.ts")],
  ["src/upstream/budget-durable.ts", use("./budget.ts") + useType("../ground/runtime.ts")],
  [
    "src/webhooks/ok.ts",
    use("../identity/signing-key.ts") +
      useType("../resources/change.ts") +
      `export { z } from "../resources/parameters.ts";\n`,
  ],
  ["src/login/ok.ts", use("openid-client") + use("zod") + `export { z } from "../identity/seal.ts";\n`],
  ["src/cache/ok.ts", use("./store.ts") + useType("../ground/runtime.ts")],
  ["src/cache/store-kv.ts", use("./store.ts")],
  [
    "src/http/ok.ts",
    use("hono/cors") + useType("../config/config.ts") + `export { z } from "../cache/page-cache.ts";\n`,
  ],
  [
    "openapi/ok.ts",
    use("@hono/zod-openapi") + use("zod") + useType("../src/sessions/page.ts") + `export { z } from "./schemas.ts";\n`,
  ],
  ["web/elements/ok.ts", use("lit") + use("../../client/src/client.ts") + `export { z } from "./face.ts";\n`],
  ["web/dashboard/ok.ts", use("uplot") + use("../elements/face.ts") + `export { z } from "./address.ts";\n`],
  ["client/src/ok.ts", use("eventsource-parser") + use("react") + `export { z } from "./watch.ts";\n`],
  ["simulator/ok.ts", use("../src/ground/runtime.ts") + `export { z } from "./list.ts";\n`],
];

type Diagnostic = { filename: string; code: string };

function isDiagnostics(value: unknown): value is { diagnostics: Diagnostic[] } {
  return typeof value === "object" && value !== null && "diagnostics" in value && Array.isArray(value.diagnostics);
}

describe("the linter", () => {
  let house = "";
  const found = new Map<string, Set<string>>();

  beforeAll(async () => {
    house = await mkdtemp(path.join(os.tmpdir(), "layers-"));
    for (const [file, text] of [...violations.map(([name, , body]) => [name, body] as const), ...allowed]) {
      await mkdir(path.dirname(path.join(house, file)), { recursive: true });
      await writeFile(path.join(house, file), text);
    }
    const rules = await readFile(path.join(root, ".oxlintrc.json"), "utf8");
    await writeFile(path.join(house, ".oxlintrc.json"), rules.replace('"typeAware": true', '"typeAware": false'));
    const oxlint = path.join(root, "node_modules", "oxlint", "bin", "oxlint");
    const printed = await new Promise<string>((resolve) => {
      execFile(process.execPath, [oxlint, "-f", "json"], { cwd: house }, (_error, stdout) => resolve(stdout));
    });
    const report: unknown = JSON.parse(printed);
    if (!isDiagnostics(report)) throw new Error("oxlint did not report");
    for (const { filename, code } of report.diagnostics) {
      found.set(filename, (found.get(filename) ?? new Set()).add(code));
    }
  });

  afterAll(() => rm(house, { recursive: true, force: true }));

  for (const [file, rule, text] of violations) {
    it(`catches in ${file}: ${text.split("\n")[0] ?? ""}`, () => {
      expect([...(found.get(file) ?? [])]).toContain(rule);
    });
  }

  for (const [file] of allowed) {
    it(`lets ${file} import what is below it`, () => {
      const codes = [...(found.get(file) ?? [])];
      expect(codes.filter((code) => code === IMPORTS || code === GLOBALS)).toEqual([]);
    });
  }
});

describe("what a page is", () => {
  it.each(["cache", "upstream", "identity", "limits", "ground", "redis", "service", "http"])(
    "is nothing that src/%s knows",
    async (room) => {
      const folder = path.join(root, "src", room);
      // What a change says is a place, and the words for places are those of the upstream.
      const files = (await readdir(folder)).filter((name) => name !== "change.ts");
      const texts = await Promise.all(
        files.map(async (name) => [name, await readFile(path.join(folder, name), "utf8")]),
      );
      expect(
        texts
          // A mode of identity has the name as well, and so has a claim of OpenID Connect; neither is what a page is of.
          .filter(([, text]) => /session/i.test((text ?? "").replaceAll(/no_active_session|"session"|session:/g, "")))
          .map(([name]) => name),
      ).toEqual([]);
    },
  );
});
