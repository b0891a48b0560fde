// What only a Worker has: a shield that restarts with every deploy, KV beside it, and a deployment that answers though it can't be
// configured (a process does not start then).
import { expect, it } from "vitest";
import type { WorkerProduct } from "../support/product-worker.ts";
import type { ProductOptions, Settings } from "../support/product.ts";
import { ask, askPage, callCount, expectUnavailable, pagePath, until, untilInFlight, withProduct } from "./steps.ts";

const dataPaths = ["/v1/apps/support/sessions", "/client/v4/accounts/_/realtime/kit/support/sessions"];

type StartWorker = (settings?: Settings, options?: ProductOptions) => Promise<WorkerProduct>;

export function workerScenarios(start: StartWorker): void {
  it("gives the reader whose load is cut off by a restart its page, and counts both calls", () =>
    withProduct(start, { UPSTREAM_BUDGET_REQUESTS: "4" }, async (product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 20_000, times: 1 }]);
      const reader = askPage(product, pagePath(2));
      await untilInFlight(product, 1);
      await product.restartShield();
      expect((await reader).cacheStatus).toBe("rtk-bff; fwd=miss; stored");
      await askPage(product, pagePath(3));
      expectUnavailable(await ask(product, pagePath(4)), "budget_spent");
      expect(callCount(product)).toBe(3);
      const spent = (await product.dumpShieldStorage()).find(({ name }) => name === "calls");
      expect(spent?.rows).toHaveLength(3);
    }));

  it("answers 100 readers of one page honestly when the shield restarts twice under them", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 20_000, times: 2 }]);
      const readers = Promise.all(Array.from({ length: 100 }, () => ask(product, pagePath(2))));
      await untilInFlight(product, 1);
      await product.restartShield();
      await untilInFlight(product, 1);
      await product.restartShield();
      for (const { status, code } of await readers) {
        if (status !== 200) expect(`${status} ${code}`).toMatch(/^50[234] (upstream_failed|upstream_timeout)$/);
      }
      await askPage(product, pagePath(3));
      expect(callCount(product)).toBeLessThanOrEqual(5);
    }));

  it("remembers a freeze over a restart", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "error", shape: "v4", status: 429, retryAfter: "300", times: 1 }]);
      expectUnavailable(await ask(product, pagePath(2)), "upstream_limited");
      await product.restartShield();
      expectUnavailable(await ask(product, pagePath(3)), "upstream_limited");
      expect(callCount(product)).toBe(1);
    }));

  it("goes on showing what the readers and KV have while the shield starts anew", () =>
    withProduct(start, { FRESH_LIVE_SECONDS: "3600" }, async (product) => {
      const kept = await askPage(product, pagePath(2));
      await product.restartShield();
      expect(await askPage(product, pagePath(2))).toMatchObject({ etag: kept.etag });
      expect(callCount(product)).toBe(1);
    }));

  it("takes junk in KV for a miss, says so in the log, and puts a page in its place (64)", async () => {
    let keys: readonly string[] = [];
    await withProduct(start, {}, async (product) => {
      await askPage(product, pagePath(2));
      keys = await until(async () => {
        const found = await product.kvKeys();
        return found.length > 0 ? found : undefined;
      });
    });
    const junk: readonly unknown[] = [undefined, { v: 1 }, { v: 1, key: "another" }, "text"];
    for (const metadata of junk) {
      await withProduct(start, {}, async (product) => {
        for (const key of keys) await product.putKv(key, "<html>junk</html>", metadata);
        expect((await askPage(product, pagePath(2))).cacheStatus).toBe("rtk-bff; fwd=miss; stored");
        expect(product.logs().join("\n")).toContain('"cache.rejected"');
        await until(async () => !(await product.dumpKv()).includes("junk") || undefined);
      });
    }
  });

  it("writes pages to KV and nothing else: no failure, no name and no search in a key (63, 120)", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "error", status: 500, times: 2 }]);
      await ask(product, "/v1/apps/support/sessions?search=alpha");
      await ask(product, "/v1/apps/support/sessions?search=beta");
      await ask(product, "/v1/apps/nobody/sessions");
      expect(await product.kvKeys()).toEqual([]);
      await ask(product, "/v1/apps/support/sessions?search=sync");
      const [key] = await until(async () => {
        const keys = await product.kvKeys();
        return keys.length > 0 ? keys : undefined;
      });
      expect(key).toMatch(/^listSessions\.[0-9a-f]{64}$/);
    }));

  it("answers every data route with misconfigured while settings are missing, and names all of them in the log", () =>
    withProduct(
      start,
      {
        CLOUDFLARE_API_TOKEN: undefined,
        CLOUDFLARE_ACCOUNT_ID: undefined,
        REALTIMEKIT_APPS: undefined,
        AUTH_MODE: undefined,
      },
      async (product) => {
        for (const path of dataPaths) {
          expect(await ask(product, path)).toMatchObject({ status: 500, code: "misconfigured" });
        }
        expect(await ask(product, "/healthz")).toMatchObject({ status: 200 });
        expect(await ask(product, "/readyz")).toMatchObject({ status: 503 });
        const log = product.logs().join("\n");
        for (const name of ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE"]) {
          expect(log).toContain(`${name}: is required`);
        }
        expect(callCount(product)).toBe(0);
      },
    ));

  it("lists the reason for every unusable setting, and never a value", () =>
    withProduct(
      start,
      {
        CLOUDFLARE_API_TOKEN: "planted-one with-a-space-0123456789abcdef",
        CLOUDFLARE_ACCOUNT_ID: "planted-two",
        REALTIMEKIT_APPS: "planted three",
        AUTH_MODE: "planted-four",
        ALLOWED_ORIGINS: "https://planted-five.example/",
        UPSTREAM_BASE_URL: "https://planted-six.example/client/v4",
        FRESH_LIVE_SECONDS: "planted-7",
      },
      async (product) => {
        const seen = await ask(product, pagePath(2));
        expect(seen).toMatchObject({ status: 500, code: "misconfigured" });
        const log = product.logs().join("\n");
        const names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE"];
        for (const name of [...names, "ALLOWED_ORIGINS", "UPSTREAM_BASE_URL", "FRESH_LIVE_SECONDS"]) {
          expect(log).toContain(`${name}: `);
        }
        expect(log + seen.text).not.toContain("planted");
        expect(callCount(product)).toBe(0);
      },
    ));
}
