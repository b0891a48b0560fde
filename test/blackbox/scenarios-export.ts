// Lists as files: whole over a real connection, honest when the upstream fails, and stopped by who hangs up.
import { expect, it } from "vitest";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { linesOf, tableOf } from "../support/exports.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, callCount, until, withProduct } from "./steps.ts";

const list = "/v1/apps/support/sessions";

async function totalOf(product: Product): Promise<number> {
  const { paging } = await (await product.fetch(`${list}?per_page=1`)).json<{ paging: { total_count: number } }>();
  return paging.total_count;
}

/** Once no call has come for two seconds. */
async function untilQuiet(product: Product): Promise<number> {
  let [calls, since] = [callCount(product), performance.now()];
  await until(() => {
    const now = callCount(product);
    if (now !== calls) [calls, since] = [now, performance.now()];
    return performance.now() - since > 2_000;
  });
  return calls;
}

export function exportScenarios(start: StartProduct): void {
  it("sends all rows of a list as CSV and as NDJSON, for a call a hundred rows and one more", () =>
    withProduct(start, {}, async (product) => {
      const total = await totalOf(product);
      const before = callCount(product);
      const ndjson = await product.fetch(`${list}.ndjson`);
      const { rows, last } = linesOf(await ndjson.text());
      expect(last.complete).toBe(true);
      expect(last.rows).toBe(rows.length);
      expect(rows.length).toBeGreaterThanOrEqual(total);
      expect(callCount(product) - before).toBeLessThanOrEqual(Math.ceil(rows.length / 100) + 1);
      expect(ndjson.headers.get("content-disposition")).toBe('attachment; filename="support-sessions.ndjson"');

      const csv = tableOf(await (await product.fetch(`${list}.csv`)).text());
      expect(csv.last.complete).toBe(true);
      expect(csv.rows.slice(0, 100).map(([id]) => id)).toEqual(rows.slice(0, 100).map(({ id }) => id));
      expect(new Set(csv.rows.map(([id]) => id)).size).toBe(csv.rows.length);
    }));

  it("ends honestly when the upstream fails on the way, and goes on from there", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 50 }]);
      const stream = await product.follow(`${list}.ndjson`);
      await until(() => stream.text().length > 10_000);
      product.simulator.setFaults([{ kind: "error", status: 503 }]);
      await until(() => stream.isOver());
      const one = linesOf(stream.text());
      expect(one.last).toMatchObject({ complete: false, rows: one.rows.length, code: "upstream_failed" });
      product.simulator.setFaults([]);
      const other = await until(async () => {
        const answer = await product.fetch(`${list}.ndjson?after=${one.last.next}`);
        return answer.status === 200 ? linesOf(await answer.text()) : undefined;
      });
      expect(other.last.complete).toBe(true);
      const ids = [...one.rows, ...other.rows].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThanOrEqual(await totalOf(product));
    }));

  it("makes no more calls for a client that hung up, and has its place for another", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 300 }]);
      for (let round = 0; round < 3; round += 1) {
        const stream = await until(async () => {
          const opened = await product.follow(`${list}.csv`);
          if (opened.status === 200) return opened;
          await until(() => opened.isOver());
          return undefined;
        });
        await until(() => stream.text().length > 1_000);
        await stream.close();
      }
      const calls = await untilQuiet(product);
      // An export has some thirty pages: none of these came near its end.
      expect(calls).toBeLessThan(45);
    }));

  it("refuses whom a page refuses, and shows what a page shows", () =>
    withProduct(start, keyed({ fields: ["id", "status"] }), async (product) => {
      expect(await ask(product, `${list}.csv`)).toMatchObject({ status: 401, code: "unauthorized" });
      const headers = bearer(serverKey);
      expect(await ask(product, `${list}.csv?search=a`, { headers })).toMatchObject({ status: 400 });
      const { columns, last } = tableOf(await (await product.fetch(`${list}.csv?status=LIVE`, { headers })).text());
      expect(columns).toEqual(["id", "status"]);
      expect(last.complete).toBe(true);
    }));
}
