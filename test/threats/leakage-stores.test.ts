// What is left at rest: every file that KV and the Durable Object write, and every key and value in Redis, after a run in which the
// token, a caller's credentials, names and search texts were all at hand.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { kvBuild } from "../../scripts/build-worker.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { SessionPage } from "../support/session-list.ts";
import { until, withProduct } from "../blackbox/steps.ts";
import { hasCanary, hasCanaryBytes } from "../support/canary.ts";
import { startNodeProductOverRedis } from "../support/product-node.ts";
import { inspectorOf, startMiniflare } from "../support/product-worker.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import type { Upstream } from "../support/product.ts";

const needle = "needle-of-a-name";
const callersToken = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"somebody"}').toString("base64url")}.c2lnbmVk`;

/** Pages, searches, failures and refusals, each with a caller's credentials; gives back the titles that were shown. */
async function use(
  ask: (address: string, init: RequestInit) => Promise<Response>,
  { simulator }: Upstream,
): Promise<Set<string>> {
  const headers = { authorization: `Bearer ${callersToken}`, cookie: `session=${callersToken}` };
  const titles = new Set<string>();
  const read = async (address: string) => {
    const answer = await ask(address, { headers });
    const text = await answer.text();
    if (answer.status !== 200) return;
    for (const row of SessionPage.parse(JSON.parse(text)).data.sessions) titles.add(row.meeting_display_name);
  };
  await read("/v1/apps/support/sessions");
  const title = [...titles].find((text) => text.length > 8) ?? "";
  await read(`/v1/apps/support/sessions?search=${encodeURIComponent(title)}`);
  await read(`/v1/apps/support/sessions?search=${needle}`);
  await read(`/v1/apps/${needle}/sessions?search=${needle}`);
  for (const status of [401, 404, 500]) {
    simulator.setFaults([{ kind: "echo", status }]);
    await read(`/v1/apps/school/sessions?search=${needle}-${status}`);
  }
  simulator.setFaults([{ kind: "error", shape: "v4", status: 429, retryAfter: "300" }]);
  await read(`/v1/apps/school/sessions?search=${needle}-429`);
  return new Set([...titles].filter((text) => text.length > 8));
}

/** Every file below, by its path from there. */
async function filesBelow(directory: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.relative(directory, file), await readFile(file));
  }
  return files;
}

it("rows 6 and 120: no file of KV or of the shield's storage has the token, a credential or a search; names are in pages alone", async () => {
  const upstream = await startUpstream();
  const storage = await mkdtemp(path.join(tmpdir(), "bff-threats-"));
  const lines: string[] = [];
  const miniflare = await startMiniflare(kvBuild, settingsFor(upstream), storage, (line) => void lines.push(line));
  try {
    const { origin } = await miniflare.ready;
    const titles = await use((address, init) => fetch(new URL(address, origin), init), upstream);
    const { kvKeys } = inspectorOf(miniflare);
    await until(async () => (await kvKeys()).length >= 2 || undefined);
    await miniflare.dispose();

    const files = await filesBelow(storage);
    const databases = [...files].filter(([name]) => name.includes(".sqlite"));
    const shield = databases.filter(([name]) => /shield/i.test(name));
    const all = Buffer.concat([...files.values()]);
    // The search can find something: what was shown is in a page, and the shield has counted its calls.
    expect(titles.size).toBeGreaterThan(3);
    for (const title of titles) expect(all.includes(JSON.stringify(title).slice(1, -1))).toBe(true);
    expect(Buffer.concat(shield.map(([, bytes]) => bytes)).includes("spent")).toBe(true);

    expect(hasCanaryBytes(all)).toBe(false);
    for (const text of [needle, callersToken.slice(0, 16), callersToken.slice(-8), "session="])
      expect(all.includes(text)).toBe(false);
    for (const [name, bytes] of databases) {
      for (const title of titles) expect(`${name} ${bytes.includes(title)}`).toBe(`${name} false`);
    }
    expect(hasCanary(lines.join("\n"))).toBe(false);
  } finally {
    await miniflare.dispose();
    await upstream.close();
    await rm(storage, { recursive: true, force: true });
  }
});

it("rows 6 and 120: no key or value in Redis has the token, a credential or a search; keys are hashes of questions", () =>
  withProduct(startNodeProductOverRedis, {}, async (product) => {
    const titles = await use(product.fetch, { ...product, close: async () => {} });
    const dump = await until(async () => {
      const text = await product.dumpRedis();
      return text.split(":page\n").length > 2 ? text : undefined;
    });
    const keys = dump.split("\n").filter((line) => line.startsWith("rtk-bff:"));
    const kinds = ["\\w+\\.[0-9a-f]{64}\\}:(?:page|lease)", "[0-9a-f]{32}\\}:limit", "(?:budget|start)\\}:\\w+"];
    const grammar = new RegExp(`^rtk-bff:${SIMULATOR_ACCOUNT_ID}:\\{(?:${kinds.join("|")})$`);
    for (const key of keys) expect(key).toMatch(grammar);
    expect(keys.filter((key) => key.endsWith(":page")).length).toBeGreaterThanOrEqual(2);
    expect(titles.size).toBeGreaterThan(3);
    for (const title of titles) expect(dump).toContain(JSON.stringify(title).slice(1, -1));

    expect(hasCanary(dump)).toBe(false);
    for (const text of [needle, callersToken.slice(0, 16), callersToken.slice(-8), "session="])
      expect(dump).not.toContain(text);
  }));
