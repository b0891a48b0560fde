// What leaves the house as files: documents, templates, bundles and the package. Nothing in them looks like a secret, and nothing is
// there that was not meant to be.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import * as z from "zod";
import { nodeModule } from "../../scripts/build-node.ts";
import { kvBuild, quietEnvironment, redisBuild } from "../../scripts/build-worker.ts";
import { nodeBuilt } from "../../scripts/local-node.ts";
import { parseConfig } from "../../src/config/config.ts";
import { configurationTable } from "../../src/config/settings.ts";
import { canaryToken, hasCanaryBytes } from "../support/canary.ts";

const root = path.join(import.meta.dirname, "../..");
const execute = promisify(execFile);

/** The names of all settings that are secret, from the table of settings. */
const secretNames = [...configurationTable().matchAll(/^\| `(\w+)` \| [^|]*\bsecret \|/gm)].map(
  ([, name = ""]) => name,
);

const shapes: readonly RegExp[] = [
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /\bBearer\s+[\w.~+/-]{16,}/gi,
  /\bcf(?:[ua]t|k)_[\w-]{20,}/g,
  /\brtkb_[\w-]{1,40}_[\w-]{20,}/g,
  /\b(?:gh[pousr]|github_pat|npm|glpat|sk|xox[abprs])[_-][A-Za-z0-9_-]{20,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /\brediss?(?:\+\w+)?:\/\/[^\s/@:[]*:(?!password@|secret@)[^\s/@]+@/g,
];
const longWord = /(?<![\w/+-])[\w-]{40,64}(?![\w/+-])/g;

/** Forty characters and more of every kind, as an API token is; not a hash, not words with hyphens or underscores. */
const isRandom = (word: string) =>
  !/^[0-9a-f-]+$/i.test(word) && [/[a-z]/g, /[A-Z]/g, /[0-9]/g].every((kind) => (word.match(kind) ?? []).length >= 4);

/** Cut, so that a report does not spread what it found. */
const cut = (found: readonly string[]) => found.map((text) => `${text.slice(0, 12)}…`);
const shapesIn = (text: string) => cut(shapes.flatMap((shape) => text.match(shape) ?? []));
const wordsIn = (text: string) => cut((text.match(longWord) ?? []).filter(isRandom));
/** Everything in a text that somebody could take for a secret. */
const secretsIn = (text: string) => [...shapesIn(text), ...wordsIn(text)];

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(path.join(root, directory), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** Every file with something in it that looks like a secret to `search`. */
async function suspects(files: readonly string[], search: (text: string) => string[] = secretsIn): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    const bytes = await readFile(path.join(root, file));
    if (hasCanaryBytes(bytes)) found.push(`${file}: the token`);
    found.push(...search(bytes.toString()).map((text) => `${file}: ${text}`));
  }
  return found;
}

const PackReport = z.array(z.object({ files: z.array(z.object({ path: z.string() })).min(1) })).length(1);

/** What `npm pack` would put into the package. */
async function packedFiles(): Promise<readonly string[]> {
  const command = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await execute("npm", command, { cwd: root, env: quietEnvironment() });
  const [report] = PackReport.parse(JSON.parse(stdout));
  return report?.files.map((file) => file.path) ?? [];
}

describe("row 7: documents", () => {
  // The secret itself stays out of the name: the report of the run is a file too, and is searched.
  it.each([
    ["an API token", canaryToken],
    ["a bearer token in a command", `curl -H 'Authorization: Bearer ${"a1B2".repeat(8)}'`],
    ["a JWT", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.${"c2ln".repeat(8)}`],
    ["a user's token of Cloudflare", `cfut_${"a1B2".repeat(10)}`],
    ["an API key of ours", `rtkb_dashboard_${"a1B2".repeat(10)}`],
    ["a password in an address", "rediss://user:hunter2@redis.example:6380"],
    ["a private key", "-----BEGIN EC PRIVATE KEY-----"],
  ])("row 7: the search knows %s when it sees one", (_name, text) => {
    expect(secretsIn(`before "${text}" after`)).not.toEqual([]);
  });

  it("row 7: have no text in them that looks like a secret", async () => {
    const lists = await Promise.all(["docs", "assets", "deploy"].map(filesBelow));
    const single = ["README.md", "openapi.json", "wrangler.toml", "simulator/README.md"];
    // Wrangler keeps files for a moment beside a configuration.
    const documents = lists.flat().filter((file) => !file.includes(".wrangler"));
    const files = [...documents, ...single];
    expect(files.length).toBeGreaterThan(15);
    expect(await suspects(files)).toEqual([]);
  });
});

describe("row 8: bundles and the package", () => {
  const built = [kvBuild.directory, redisBuild.directory, path.join(root, "dist", "assets")];

  it("row 8: the bundles have no source map, no text that looks like a secret, and nothing of the environment they were built in", async () => {
    const files = (await Promise.all(built.map((directory) => filesBelow(path.relative(root, directory))))).flat();
    expect(files).toContain("dist/worker/worker.js");
    await nodeBuilt();
    files.push(path.relative(root, nodeModule));
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    // Packages bring long names and public certificates of their own.
    expect(await suspects(files, shapesIn)).toEqual([]);
    const environment = process.env["CLOUDFLARE_API_TOKEN"] ?? "";
    expect(environment.length).toBeGreaterThan(30);
    for (const file of files) {
      const text = await readFile(path.join(root, file), "utf8");
      expect(`${file} ${/sourceMappingURL=/.test(text)}`).toBe(`${file} false`);
      expect(`${file} ${text.includes(environment) || text.includes(root)}`).toBe(`${file} false`);
    }
  });

  it("row 8: the package has no file of secrets, of settings, of a build or of a log, and no text that looks like a secret", async () => {
    const files = await packedFiles();
    expect(files).toContain("src/app.ts");
    const unwanted =
      /(?:^|\/)(?:\.dev\.vars|\.env|\.npmrc|(?:\.wrangler|node_modules|dist|coverage)\/)|\.(?:map|pem|key|p12|log|sqlite|tgz|bak)$/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
    // Tests make tokens of their own.
    expect(await suspects(files.filter((file) => !file.startsWith("test/")))).toEqual([]);
  });
});

describe("row 9: templates", () => {
  const account = "0123456789abcdef0123456789abcdef";

  it.each(["wrangler.toml", "deploy/wrangler.redis.toml"])(
    "row 9: %s asks for secrets by name and holds none, not even in a comment",
    async (file) => {
      const text = await readFile(path.join(root, file), "utf8");
      expect(secretNames).toEqual(expect.arrayContaining(["CLOUDFLARE_API_TOKEN", "REDIS_URL"]));
      for (const name of secretNames) expect(text).not.toMatch(new RegExp(`^[\\s#]*"?${name}"?\\s*=`, "m"));
      const config: unknown = readWranglerConfig({ config: path.join(root, file) }, { hideWarnings: true });
      expect(config).toMatchObject({
        vars: {},
        secrets: { required: expect.arrayContaining(["CLOUDFLARE_API_TOKEN"]) },
      });
    },
  );

  it("row 9: files of secrets are ignored by git and by the image", async () => {
    const ignored = (await readFile(path.join(root, ".gitignore"), "utf8")).split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".dev.vars*", ".env*"]));
    expect((await readFile(path.join(root, "deploy", "Dockerfile.dockerignore"), "utf8")).split("\n")).toContain("*");
  });

  it.each([
    "",
    "tiny-one",
    "x".repeat(29),
    `${"x".repeat(40)} `,
    ` ${"x".repeat(40)}`,
    `${"x".repeat(20)}\n${"x".repeat(20)}`,
    "<your token here, forty characters of it>",
  ])("row 9: a token that can't be one is refused at the start: %j", (token) => {
    const parsed = parseConfig({ CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account });
    const problems = parsed.ok ? [] : parsed.failure.problems;
    expect(problems.filter((problem) => problem.startsWith("CLOUDFLARE_API_TOKEN: "))).toHaveLength(1);
    if (token !== "") expect(problems.join("\n")).not.toContain(token.trim());
  });
});
