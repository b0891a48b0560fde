// Row 119: a Redis that others use as well. We touch our own corner of it, by commands that look at the keys they are given: a user who
// may do no more than that is enough for the service.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ownPath } from "../support/app.ts";
import { startNodeProcess } from "../support/product-node.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import { eventually, startRedis } from "../support/redis-server.ts";

const sources = path.join(import.meta.dirname, "..", "..", "src");

const commandsOfScripts = [
  "del",
  "get",
  "getrange",
  "info",
  "pexpire",
  "publish",
  "set",
  "time",
  "type",
  "zadd",
  "zcount",
  "zrange",
  "zrangebyscore",
  "zremrangebyscore",
  "zscore",
];

describe("row 119: a Redis that others use as well", () => {
  it("is told by our scripts to run these commands and no others", async () => {
    const called = new Set<string>();
    for (const file of await readdir(sources, { recursive: true })) {
      if (!file.endsWith(".ts")) continue;
      const text = await readFile(path.join(sources, file), "utf8");
      for (const [, name = ""] of text.matchAll(/redis\.p?call\(\s*"?(\w+)/g)) called.add(name.toLowerCase());
    }
    expect([...called].sort()).toEqual(commandsOfScripts);
  });

  it("is asked for our own keys and channel alone, by commands that look at nothing else", async () => {
    const redis = await startRedis();
    const upstream = await startUpstream();
    try {
      await redis.cli("set", "other:app", "secret-of-the-other");
      const commands = ["eval", "evalsha", "ping", "quit", "select", "subscribe", ...commandsOfScripts];
      const rights = ["reset", "on", ">password-of-ours", "~rtk-bff:*", "&rtk-bff:*"];
      await redis.cli("acl", "setuser", "bff", ...rights, ...commands.map((name) => `+${name}`));
      const url = `redis://bff:password-of-ours@127.0.0.1:${redis.port}`;
      const running = await startNodeProcess({ ...settingsFor(upstream), REDIS_URL: url });
      try {
        for (const search of ["e", "somebody"]) {
          const answer = await fetch(`${running.url}${ownPath}?search=${search}`);
          await answer.arrayBuffer();
        }
        await eventually("a page is kept", async () => (await redis.cli("keys", "*:page")).includes(":page"));
        expect(await (await fetch(`${running.url}/readyz`)).json()).toMatchObject({ checks: { redis: "ok" } });
        const keys = (await redis.cli("keys", "*")).split("\n").filter((key) => key !== "other:app");
        expect(keys.length).toBeGreaterThan(1);
        for (const key of keys) {
          expect(key).toMatch(/^rtk-bff:[0-9a-f]{32}:/);
          if (key.endsWith(":page")) expect(Number(await redis.cli("pttl", key))).toBeGreaterThan(0);
        }
        expect(keys.join()).not.toMatch(/somebody/);
        expect(await redis.cli("get", "other:app")).toBe("secret-of-the-other");
        expect(running.logs().join("\n")).not.toContain("redis.lost");
      } finally {
        await running.stop();
      }
      // Whatever was refused is listed here, by command and reason.
      expect(await redis.cli("acl", "log")).toBe("");
    } finally {
      await upstream.close();
      await redis.stop();
    }
  });
});

describe("row 127: replicas that do not have the same STORE_SECRET", () => {
  it("row 127: serve every page, say that they reject each other's, and share again once they have the same", async () => {
    const redis = await startRedis();
    const upstream = await startUpstream();
    const [one, other] = ["secret-of-the-one-".repeat(2), "secret-of-the-other-".repeat(2)];
    const start = (secret: string) =>
      startNodeProcess({
        ...settingsFor(upstream),
        FRESH_LIVE_SECONDS: "3600",
        REDIS_URL: redis.url,
        ...(secret !== "" && { STORE_SECRET: secret }),
      });
    const ask = async ({ url }: { url: string }) => {
      const answer = await fetch(`${url}${ownPath}`);
      return { status: answer.status, text: await answer.text() };
    };
    const isKept = async () => (await redis.cli("keys", "*:page")).includes(":page");
    try {
      const first = await start(one);
      const page = await ask(first);
      expect(page.status).toBe(200);
      await eventually("the page is kept", isKept);
      for (const [secret, isShared] of [
        [one, true],
        [other, false],
        ["", false],
        ["", true],
      ] as const) {
        const next = await start(secret);
        const callsBefore = upstream.simulator.state().calls.total;
        expect(await ask(next)).toEqual(page);
        const told = next.logs().some((line) => line.includes(`"cache.rejected","reason":"seal"`));
        expect([upstream.simulator.state().calls.total - callsBefore, told]).toEqual(isShared ? [0, false] : [1, true]);
        await next.stop();
      }
      expect(await redis.cli("get", (await redis.cli("keys", "*:page")).trim())).not.toContain("secret-of");
      await first.stop();
    } finally {
      await upstream.close();
      await redis.stop();
    }
  });
});
