// An operator's purges, through the log of changes as each platform keeps it: what was fresh is read again, and after a hard purge nothing
// from before is shown, whatever becomes of the upstream.
import { expect, it } from "vitest";
import { purgePath } from "../../src/http/purge-route.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, pagePath, until, withProduct } from "./steps.ts";

const known = { headers: bearer(serverKey) };

/** No page is loaded again for its age. */
const settings = {
  ...keyed({ apps: ["support"], grants: ["purge"] }),
  FRESH_LIVE_SECONDS: "3600",
  FRESH_RECENT_SECONDS: "3600",
  FRESH_SETTLED_SECONDS: "3600",
};

const purge = (product: Product, body: object) =>
  ask(product, purgePath, {
    method: "POST",
    headers: { ...known.headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export function purgeScenarios(start: StartProduct): void {
  it("reads a page again after a purge of its app, and shows the older one while the upstream fails", () =>
    withProduct(start, settings, async (product) => {
      const first = await askPage(product, pagePath(5), known);
      expect((await askPage(product, pagePath(5), known)).cacheStatus).toMatch(/; hit;/);
      expect(await purge(product, { app: "school" })).toMatchObject({ status: 404, code: "not_found" });
      expect((await askPage(product, pagePath(5), known)).cacheStatus).toMatch(/; hit;/);
      expect(callCount(product)).toBe(1);

      product.simulator.setFaults([{ kind: "error", status: 500 }]);
      expect(await purge(product, { app: "support" })).toMatchObject({ status: 200 });
      const older = await askPage(product, pagePath(5), known);
      expect(older.cacheStatus).toMatch(/ttl=(?:0|-\d+); detail=/);
      expect(older.text).toBe(first.text);
      product.simulator.setFaults([]);
      const isFresh = ({ cacheStatus }: { cacheStatus: string }) => /; hit; ttl=[1-9]\d*$/.test(cacheStatus);
      await until(async () => isFresh(await askPage(product, pagePath(5), known)) || undefined);
      expect(callCount(product)).toBeGreaterThan(1);
    }));

  it("shows nothing from before a hard purge, whatever becomes of the upstream", () =>
    withProduct(start, settings, async (product) => {
      await askPage(product, pagePath(6), known);
      product.simulator.setFaults([{ kind: "error", status: 500 }]);
      const [first, second] = [
        await purge(product, { app: "support", hard: true }),
        await purge(product, { app: "support", meeting: "nobody-knows-it", hard: true }),
      ].map(({ status, text }) => ({ status, text }));
      expect([first?.status, second?.status]).toEqual([200, 200]);
      const placeOf = (text = "") => Number(/"sequence":(\d+)/.exec(text)?.[1]);
      expect(placeOf(second?.text)).toBeGreaterThan(placeOf(first?.text));
      expect((await ask(product, pagePath(6), known)).status).toBe(502);
      product.simulator.setFaults([]);
      await until(async () => (await ask(product, pagePath(6), known)).status === 200 || undefined);
    }));
}
