// What `npm run doctor` says of a Redis whose login may do a little less than it must, and what is enough: the list of docs/node.md.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis } from "../../scripts/doctor/redis-server.ts";
import type { Finding } from "../../scripts/doctor/findings.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { parseConfig } from "../../src/config/config.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { startRedis, startRedisCluster } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

const guide = await readFile(path.join(import.meta.dirname, "..", "..", "docs", "node.md"), "utf8");
/** Of one server, and what a cluster needs besides. */
const [, listed = "", more = ""] =
  /A login of its own needs no more than `([^`]+)`, and in a\s+cluster `([^`]+)`/.exec(guide) ?? [];
const rights = listed.split(/\s+/);

describe.each([
  ["one server", async () => startRedis().then((server) => ({ ...server, nodes: [server] }))],
  ["a cluster", () => startRedisCluster()],
])("the doctor on %s", (name, start) => {
  let url = "";
  let nodes: readonly RedisServer[] = [];
  let stop = async () => {};
  beforeAll(async () => ({ url, nodes, stop } = await start()));
  afterAll(() => stop());

  const check = async (...allowed: string[]): Promise<Finding[]> => {
    for (const node of nodes) await node.cli("acl", "setuser", "bff", "reset", "on", ">secret", ...allowed);
    const settings = {
      CLOUDFLARE_API_TOKEN: "t".repeat(40),
      CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
      REALTIMEKIT_APPS: "support=5f1c7e0a-2f0b-4d8e-9a53-0c6f1d2b7e94",
      ALLOWED_ORIGINS: "https://app.example",
      AUTH_MODE: "jwt",
      JWT_ISSUER: "https://login.example/",
      JWT_AUDIENCE: "sessions",
      JWT_SECRET: "s".repeat(40),
      REDIS_URL: url.replace("redis://", "redis://bff:secret@"),
      CACHE_STORE: "redis",
    };
    const config = parseConfig(settings, "node");
    if (!config.ok) throw new Error(JSON.stringify(config.failure));
    const findings: Finding[] = [];
    await checkRedis(config.value, "node", { clock: systemClock, tell: (one) => void findings.push(one) });
    return findings;
  };
  const enough = () => [...rights, ...(name === "a cluster" ? [more] : [])];

  it("is content with the rights that the guide lists", async () => {
    expect(rights.length).toBeGreaterThan(10);
    expect((await check(...enough())).map(({ level }) => level)).toEqual(["ok", "ok", "ok"]);
    for (const node of nodes) {
      const refused = [...(await node.cli("acl", "log")).matchAll(/^object\n(.*)$/gm)].map(([, what]) => what);
      // A name for the connection that listens, which a cluster's client does without.
      expect(refused.filter((what) => what !== "client|setname")).toEqual([]);
    }
  });

  it("warns of a server that may not say which one it is: a state that is older would not be noticed", async () => {
    const findings = await check(...enough(), "-info");
    expect(findings.filter(({ level }) => level === "warn")).toEqual([
      expect.objectContaining({ what: expect.stringContaining("which server it is"), fix: "allow INFO to this login" }),
    ]);
  });

  it("names the right that is needed in a cluster and nowhere else, where the login has all others", async () => {
    const isCluster = name === "a cluster";
    const outcomes = (await check(...rights)).map(({ level, fix }) => [level, fix?.includes("+cluster") === true]);
    expect(outcomes).toEqual(isCluster ? [["fail", true]] : Array.from({ length: 3 }, () => ["ok", false]));
  });
});
