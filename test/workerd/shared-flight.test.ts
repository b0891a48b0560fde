// Why the loader lives in a Durable Object: there, and only there, a promise made in one request settles in another.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { makeObject } from "./durable-object.ts";

describe("a load in a Durable Object", () => {
  it("is one for 1,000 requests, each of which gets its outcome", async () => {
    const { inside } = makeObject();
    const coalescer = createCoalescer<string | null>();
    let loads = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        inside(() =>
          coalescer.run("page", async () => {
            loads += 1;
            await scheduler.wait(200);
            await env.PAGES.put("loaded", "by the leader");
            return env.PAGES.get("loaded");
          }),
        ),
      ),
    );
    expect(loads).toBe(1);
    expect(outcomes.filter(({ role }) => role === "leader")).toHaveLength(1);
    expect(new Set(outcomes.map(({ value }) => value))).toEqual(new Set(["by the leader"]));
  });

  it("is shared in its failure too", async () => {
    const { inside } = makeObject();
    const coalescer = createCoalescer<never>();
    let loads = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () =>
        inside(() =>
          coalescer.run("page", async () => {
            loads += 1;
            await scheduler.wait(50);
            throw new Error("the load failed");
          }),
        ),
      ),
    );
    expect(loads).toBe(1);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  });
});
