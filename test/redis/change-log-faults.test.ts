// The log of changes while Redis fails, and after it came back with all it knew, with some of it, or with nothing: no page is called fresh
// that was touched, and what was hidden stays hidden.
import { beforeEach, describe, expect, it } from "vitest";
import { followRedis } from "../../src/cache/change-log-redis.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { newPrefix, useServers, openTestLink } from "../support/redis-rig.ts";
import { eventually, pause, startRedisSentinel } from "../support/redis-server.ts";

const { serve, stops } = useServers();
let prefix = "";
beforeEach(() => {
  prefix = newPrefix();
});

/** What is known is good for a second, whatever has happened to Redis. */
const isOld = () => pause(1_000);

/** A process that follows the log, and its pages. What it writes is written again until it is kept. */
async function startProcess(url: string) {
  const link = await openTestLink(url, prefix);
  let failures = 0;
  const log = followRedis(link, { prefix, clock: systemClock, whenFailed: () => (failures += 1) });
  const current = async () => {
    await eventually("the log is current", async () => {
      if (!log.isCurrent()) await log.sync();
      return log.isCurrent();
    });
    return log;
  };
  const judge = (tag: string, stamp: number) => {
    const { freshFrom, shownFrom } = log.boundsOf({ tags: [tag] });
    if (stamp < shownFrom) return "hidden";
    return stamp >= freshFrom ? "fresh" : "stale";
  };
  return {
    link,
    log,
    failures: () => failures,
    /** Loads a page now. */
    load: async () => (await current()).head(),
    judge: async (tag: string, stamp: number) => (await current(), judge(tag, stamp)),
    judgeNow: judge,
    async touch(tag: string, kind: "changed" | "hidden" = "changed") {
      for (;;) {
        await eventually("Redis is there", link.isUp);
        const position = await log.append({ tags: [tag], kind }).catch(() => undefined);
        if (position !== undefined) return position;
      }
    },
  };
}

describe("the log of changes while Redis fails", () => {
  it("rejects and calls nothing fresh while Redis is frozen, and has lost nothing when it goes on", async () => {
    const server = await serve();
    const [one, other] = [await startProcess(server.url), await startProcess(server.url)];
    const hiddenPage = await one.load();
    await one.touch("hidden", "hidden");
    const page = await one.load();
    expect([await one.judge("a", page), await one.judge("hidden", hiddenPage)]).toEqual(["fresh", "hidden"]);

    server.freeze();
    await expect(one.log.append({ tags: ["a"], kind: "changed" })).rejects.toMatchObject({ name: "redis_gone" });
    await expect(one.log.changes(0)).rejects.toMatchObject({ name: "redis_gone" });
    await isOld();
    await one.log.sync();
    expect([one.log.isCurrent(), one.failures() > 0]).toEqual([false, true]);
    expect([one.judgeNow("a", one.log.head()), one.judgeNow("b", page)]).toEqual(["stale", "stale"]);
    expect([one.judgeNow("hidden", hiddenPage), one.judgeNow("a", hiddenPage)]).toEqual(["hidden", "stale"]);

    server.thaw();
    const position = await other.touch("b");
    expect([await one.judge("b", page), await one.judge("b", position)]).toEqual(["stale", "fresh"]);
    // The touch that was given up may have been kept, as its caller was told that it may not.
    expect([await one.judge("c", page), await one.judge("hidden", hiddenPage)]).toEqual(["fresh", "hidden"]);
  });

  it.each([
    ["takes no more memory", ["config", "set", "maxmemory", "1"], ["config", "set", "maxmemory", "0"]],
    ["is read-only", ["replicaof", "127.0.0.1", "1"], ["replicaof", "no", "one"]],
  ])("rejects what can't be kept, because Redis %s", async (_, breakIt, mendIt) => {
    const server = await serve();
    const one = await startProcess(server.url);
    const page = await one.load();
    await server.cli(...breakIt);
    await expect(one.log.append({ tags: ["a"], kind: "changed" })).rejects.toThrow("redis_gone");
    await server.cli(...mendIt);
    expect(await one.judge("a", page)).toBe("fresh");
    await one.touch("a");
    expect(await one.judge("a", page)).toBe("stale");
  });
});

describe("the log of changes after Redis came back", () => {
  it("with all its data: every page from before is stale, for all, and what was hidden is known by its tag", async () => {
    const server = await serve(["--appendonly", "yes", "--appendfsync", "always"]);
    const one = await startProcess(server.url);
    const hiddenPage = await one.load();
    const hidden = await one.touch("hidden", "hidden");
    const changed = await one.touch("a");
    const page = await one.load();
    await server.restart();
    const newcomer = await startProcess(server.url);
    await isOld();
    for (const process of [newcomer, one]) {
      expect([await process.judge("a", page), await process.judge("b", page)]).toEqual(["stale", "stale"]);
      expect(await process.judge("hidden", hiddenPage)).toBe("hidden");
      expect(await process.judge("b", hiddenPage)).toBe("stale");
      expect(process.log.boundsOf({ tags: ["hidden"] }).shownFrom).toBe(hidden);
      expect(process.log.lastOf({ tags: ["a"] }).changedAt).toBe(changed);
      expect(await process.judge("b", await process.load())).toBe("fresh");
    }
    expect(await one.touch("a")).toBeGreaterThan(page);
  });

  it("without its newest changes: no page from before is fresh, also for those who never knew of them", async () => {
    const server = await serve(["--save", "3600 1"]);
    const one = await startProcess(server.url);
    await one.touch("a");
    const page = await one.load();
    await server.cli("save");
    await one.touch("lost");
    const hidden = await one.touch("hidden", "hidden");
    await server.restart();
    const newcomer = await startProcess(server.url);
    expect([await newcomer.judge("lost", page), await newcomer.judge("lost", hidden)]).toEqual(["stale", "stale"]);
    expect(await newcomer.judge("lost", await newcomer.load())).toBe("fresh");
    await isOld();
    // Whose it was is lost, not that something was.
    expect(await one.judge("hidden", page)).toBe("hidden");
    await newcomer.log.sync();
    expect(await newcomer.judge("hidden", page)).toBe("hidden");
  });

  it.each([
    ["emptied", (server: Awaited<ReturnType<typeof serve>>) => server.cli("flushall")],
    ["restarted without data", (server: Awaited<ReturnType<typeof serve>>) => server.restart()],
  ])("%s: every page from before is stale, and later ones are fresh until they are touched", async (__, lose) => {
    const server = await serve();
    const [one, other] = [await startProcess(server.url), await startProcess(server.url)];
    await one.touch("a");
    const pages = [await one.load(), await other.load()];
    await lose(server);
    await isOld();
    const newcomer = await startProcess(server.url);
    for (const process of [one, newcomer, other]) {
      for (const page of pages) expect(await process.judge("b", page)).toBe("stale");
    }
    const page = await one.load();
    const touched = await other.touch("a");
    await one.log.sync();
    expect([await one.judge("b", page), await one.judge("a", page)]).toEqual(["fresh", "stale"]);
    expect(await one.judge("a", touched)).toBe("fresh");
  });

  it("as a replica that lagged behind: no page from before is fresh, and positions go on above those of the lost primary", async () => {
    const primary = await serve();
    const replica = await serve(["--replicaof", `127.0.0.1 ${primary.port}`]);
    await eventually("the replica follows", async () =>
      (await replica.cli("info", "replication")).includes("master_link_status:up"),
    );
    const one = await startProcess(primary.url);
    const position = await one.touch("a");
    await eventually(
      "the replica has it",
      async () => (await replica.cli("zscore", `${prefix}{changes}`, "changed a")) === String(position),
    );
    await replica.cli("replicaof", "no", "one");
    const page = await one.load();
    const lost = await one.touch("lost");
    await primary.kill();
    const newcomer = await startProcess(replica.url);
    expect([await newcomer.judge("lost", page), await newcomer.judge("b", page)]).toEqual(["stale", "stale"]);
    expect(await newcomer.touch("a")).toBeGreaterThan(lost);
  });

  it("as the next primary of a Sentinel: a process goes on, and calls nothing from before fresh", async () => {
    const sentinel = await startRedisSentinel();
    stops.push(sentinel.stop);
    const one = await startProcess(sentinel.url);
    const hidden = await one.touch("hidden", "hidden");
    const page = await one.load();
    await sentinel.primary.kill();
    await eventually("its loss is noticed", () => !one.link.isUp());
    await eventually("the next primary serves", one.link.isUp);
    await isOld();
    expect([await one.judge("a", page), await one.judge("hidden", hidden - 1)]).toEqual(["stale", "hidden"]);
    const next = await one.load();
    const touched = await one.touch("a");
    expect([await one.judge("a", next), await one.judge("a", touched), await one.judge("b", next)]).toEqual([
      "stale",
      "fresh",
      "fresh",
    ]);
  });
});
