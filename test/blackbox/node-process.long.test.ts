// The Node process as an operator sees it: it refuses to start with words, and it ends without cutting anybody off.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { nodeModule } from "../../scripts/build-node.ts";
import { nodeBuilt, nodeFlags } from "../../scripts/local-node.ts";
import { startNodeProcess } from "../support/product-node.ts";
import type { NodeProcess } from "../support/product-node.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import type { Settings } from "../support/product.ts";
import { openRawSocket } from "../support/raw-socket.ts";
import { startRedis } from "../support/redis-server.ts";
import { followStream } from "../support/stream.ts";
import { hasPage, live } from "./scenarios-live.ts";
import { pagePath, until } from "./steps.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startUnderTest(settings: Settings = {}, options: { port?: number } = {}) {
  const upstream = await startUpstream();
  stops.push(upstream.close);
  const running = await startNodeProcess(settingsFor(upstream, settings), options);
  stops.push(running.stop);
  return { ...upstream, running };
}

/** What a process wrote that ended before it listened, its exit code first. */
async function refusalOf(settings: Settings, options?: { port?: number }): Promise<string> {
  const outcome: unknown = await startUnderTest(settings, options).then(
    () => "it started",
    (error: unknown) => error,
  );
  return outcome instanceof Error ? outcome.message : String(outcome);
}

describe("a process that can't be configured", () => {
  it("exits with 78 and names every setting that is missing", async () => {
    const required = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE"];
    const written = await refusalOf(Object.fromEntries(required.map((name) => [name, undefined])));
    expect(written).toMatch(/^exit 78\n/);
    for (const name of required) expect(written).toContain(`${name}: is required`);
  });

  it("exits with 78 and gives the reason for every unusable setting at once, and never a value", async () => {
    const unusable = {
      CLOUDFLARE_API_TOKEN: "planted-one with-a-space-0123456789abcdef",
      CLOUDFLARE_ACCOUNT_ID: "planted-two",
      REALTIMEKIT_APPS: "planted three",
      AUTH_MODE: "planted-four",
      ALLOWED_ORIGINS: "https://planted-five.example/",
      CACHE_STORE: "planted-six",
      REDIS_URL: "redis://planted:planted-seven@planted:0/planted",
      UPSTREAM_BASE_URL: "https://planted-eight.example/client/v4",
      FRESH_LIVE_SECONDS: "planted-9",
      TRUSTED_PROXIES: "10.0.0.0/8, planted-ten",
      MAX_REPLICAS: "planted-11",
    };
    const written = await refusalOf(unusable);
    expect(written).toMatch(/^exit 78\n/);
    for (const name of Object.keys(unusable)) expect(written).toContain(`${name}: `);
    expect(written).not.toContain("planted");
  });

  it.each([
    "redis://:planted@host:port",
    "redis://:planted@host/not-a-number",
    "redis://user:planted%zz@host",
    "redis://:plan/ted@host",
    "redis://:planted@one,two/1",
    "planted",
    "http://:planted@host",
    "redis+sentinel://:planted@host",
  ])("exits with 78 and shows no part of a REDIS_URL like %s", async (REDIS_URL) => {
    const written = await refusalOf({ REDIS_URL });
    expect(written).toMatch(/^exit 78\n/);
    expect(written).toContain("REDIS_URL: ");
    expect(written).not.toMatch(/plan|ted@/);
  });
});

it("exits with 1 and one line that says what to do when its port is taken", async () => {
  const { running } = await startUnderTest();
  const port = Number(new URL(running.url).port);
  expect(await refusalOf({}, { port })).toBe(
    `exit 1\nport ${port} is taken; end that process or set PORT to another port`,
  );
});

type Heard = { status: number; connection: string | undefined };

/** Asks over an agent's connection; rejects with the socket's error. */
const askOver = (agent: Agent, { url }: NodeProcess, path: string) =>
  new Promise<Heard>((resolve, reject) => {
    get(url + path, { agent }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection }));
    }).once("error", reject);
  });

describe.each(["SIGTERM", "SIGINT"] as const)("a process that is told to end by %s", (signal) => {
  it("answers the requests under way, takes no new ones, says goodbye to Redis and exits with 0", async () => {
    const redis = await startRedis();
    stops.push(redis.stop);
    const { running, simulator } = await startUnderTest({ REDIS_URL: redis.url });
    const agent = new Agent({ keepAlive: true });
    stops.push(async () => agent.destroy());
    expect(await askOver(agent, running, "/readyz")).toMatchObject({ status: 200 });
    simulator.setFaults([{ kind: "latency", latencyMs: 1_500 }]);
    const underWay = [2, 3, 4].map((perPage) => askOver(agent, running, pagePath(perPage)));
    await until(() => simulator.state().calls.inFlight === 3 || undefined);
    const startedAt = Date.now();
    running.signal(signal);
    const code = running.ended();

    await until(async () => {
      const status = await askOver(new Agent(), running, "/readyz").then(
        (answer) => answer.status,
        () => "refused",
      );
      return status === 503 || status === "refused" || undefined;
    });
    for (const answer of await Promise.all(underWay)) expect(answer).toEqual({ status: 200, connection: "close" });
    expect(await code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(await redis.cli("info", "commandstats")).toMatch(/cmdstat_quit:calls=[1-9]/);
    expect(running.logs().filter((line) => line.includes("node.draining"))).toHaveLength(1);
    expect(running.logs().join("\n")).not.toMatch(/redis\.lost|request\.failed/);
  });
});

it("ends as it began to, and with 0, however often it is told", async () => {
  const { running, simulator } = await startUnderTest();
  simulator.setFaults([{ kind: "latency", latencyMs: 1_000 }]);
  const underWay = askOver(new Agent(), running, pagePath(2));
  await until(() => simulator.state().calls.inFlight === 1 || undefined);
  for (const signal of ["SIGTERM", "SIGTERM", "SIGINT"] as const) running.signal(signal);
  expect(await underWay).toEqual({ status: 200, connection: "close" });
  expect(await running.ended()).toBe(0);
  expect(running.logs().filter((line) => line.includes("node.draining"))).toHaveLength(1);
});

it("ends open streams at once, and with 0, and does not wait for those who listen", async () => {
  const { running } = await startUnderTest();
  const streams = await Promise.all(
    [2, 3, 4].map(async (perPage) => followStream(await fetch(running.url + live(pagePath(perPage))))),
  );
  await until(() => streams.every(hasPage));
  const startedAt = Date.now();
  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  const tookMs = Date.now() - startedAt;
  console.log(`ended with open streams in ${tookMs} ms`);
  expect(tookMs).toBeLessThan(9_000);
  await until(() => streams.every((stream) => stream.isOver()));
  const ends = running.logs().filter((line) => line.includes('"stream.ended"'));
  expect(ends.map((line) => line.includes('"reason":"ended"'))).toEqual([true, true, true]);
});

it("keeps nobody waiting for a connection on which nothing was ever asked", async () => {
  const { running } = await startUnderTest();
  const silent = openRawSocket(running.url);
  await once(silent.socket, "connect");
  expect(await askOver(new Agent(), running, "/healthz")).toMatchObject({ status: 200 });
  const startedAt = Date.now();
  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(9_000);
});

it("ends after what it began behind its answers: a page that is being renewed is in Redis afterwards", async () => {
  const redis = await startRedis();
  stops.push(redis.stop);
  const { running, simulator } = await startUnderTest({ REDIS_URL: redis.url, FRESH_LIVE_SECONDS: "1" });
  const sequenceInRedis = async () => {
    const [key = ""] = (await redis.cli("keys", "*:page")).split("\n");
    return Number(/"sequence":(\d+)/.exec(await redis.cli("get", key))?.[1] ?? 0);
  };
  const target = `${pagePath(2)}&status=LIVE`;
  expect(await askOver(new Agent(), running, target)).toMatchObject({ status: 200 });
  await until(async () => (await sequenceInRedis()) > 0 || undefined);
  const before = await sequenceInRedis();
  simulator.setFaults([{ kind: "latency", latencyMs: 1_000 }]);
  await until(async () => {
    await askOver(new Agent(), running, target);
    return simulator.state().calls.inFlight === 1 || undefined;
  });
  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  expect(await sequenceInRedis()).toBeGreaterThan(before);
});

it("ends with 0 when it is told to while it still waits for Redis", async () => {
  const deaf = createServer();
  await new Promise<void>((resolve) => void deaf.listen(0, "127.0.0.1", resolve));
  stops.push(async () => void deaf.close());
  const address = deaf.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const upstream = await startUpstream();
  stops.push(upstream.close);
  await nodeBuilt();
  const env = { ...settingsFor(upstream, { REDIS_URL: `redis://127.0.0.1:${port}` }), PORT: "0" };
  const child = spawn(process.execPath, [...nodeFlags, nodeModule], { env, stdio: "ignore" });
  const ended = once(child, "exit");
  deaf.on("connection", (socket) => void stops.push(async () => void socket.destroy()));
  await once(deaf, "connection");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

it("ends although a client goes on asking over the connection it has", async () => {
  const { running } = await startUnderTest();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  stops.push(async () => agent.destroy());
  const cutOff = new AbortController();
  const asking = (async () => {
    while (!cutOff.signal.aborted) await askOver(agent, running, pagePath(2)).catch(() => cutOff.abort());
  })();
  await askOver(new Agent(), running, "/healthz");
  const startedAt = Date.now();
  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  await asking;
  expect(Date.now() - startedAt).toBeLessThan(9_000);
});

it("ends within the time it has although an upstream never answers", async () => {
  const { running, simulator } = await startUnderTest({ UPSTREAM_DEADLINE_MS: "60000" });
  simulator.setFaults([{ kind: "hang" }]);
  const agent = new Agent();
  const cutOff = askOver(agent, running, pagePath(2)).then(
    () => "answered",
    () => "cut off",
  );
  await until(() => simulator.state().calls.inFlight === 1 || undefined);
  const startedAt = Date.now();
  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  expect(await cutOff).toBe("cut off");
  expect(Date.now() - startedAt).toBeLessThan(40_000);
});
