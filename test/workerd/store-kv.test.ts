// The KV store over real Workers KV, with its real refusals.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createEntryCheck } from "../../src/cache/entry-check.ts";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { etagOf } from "../../src/cache/store.ts";
import { sealWith } from "../../src/entries/digest.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { isPageBody } from "../support/session-list.ts";
import { openCheck } from "../support/entry-check.ts";
import { storeContract } from "../contract/store-contract.ts";

storeContract("Workers KV", {
  makeStore: async () => createKvStore(env.PAGES, { clock: systemClock, check: openCheck }),
  now: () => systemClock.now(),
});

const secret = "a-secret-of-this-deployment-alone";
const page = { success: true, data: { sessions: [] }, dropped_count: 0 };
const paging = { total_count: 0, start_offset: 0, end_offset: 0, page_no: 1, per_page: 25, has_more: false };

describe("Workers KV with a secret", () => {
  const checkWith = (storeSecret: string | undefined) =>
    createEntryCheck(
      { seal: sealWith(storeSecret), isBody: (_key, body) => isPageBody(body) },
      {
        freshSeconds: { live: 5, recent: 30, settled: 3_600 },
        staleSeconds: 60,
        staleIfErrorSeconds: 3_600,
        deadlineMs: 1_000,
      },
    );

  it.each([
    ["the same secret", secret, "entry"],
    ["another one", secret.toUpperCase(), "rejected"],
    ["none", undefined, "rejected"],
  ])("row 127: shows a page to a deployment with %s as it should", async (_, other, state) => {
    const body = new TextEncoder().encode(JSON.stringify({ ...page, paging }));
    const now = systemClock.now();
    const times = {
      position: 0,
      fetchedAt: now,
      freshUntil: now + 60_000,
      staleUntil: now + 60_000,
      errorUntil: now + 60_000,
    };
    const entry = { ...times, sequence: now, etag: await etagOf(body), body };
    const key = `sealed-${other}`;
    await createKvStore(env.PAGES, { clock: systemClock, check: checkWith(secret) }).put(key, entry);
    const found = await createKvStore(env.PAGES, { clock: systemClock, check: checkWith(other) }).get(key);
    expect(found.state).toBe(state);
  });
});
