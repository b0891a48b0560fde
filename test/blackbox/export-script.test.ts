// `npm run export` as a process of its own, against a Node process: a file at the end, and one that can be gone on with after a signal.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { tableOf } from "../support/exports.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { until, withProduct } from "./steps.ts";

const script = path.join(import.meta.dirname, "..", "..", "scripts", "export.ts");

it("writes a whole file, ends with 1 and a file to go on with when it is stopped, and with 0 when it went on", () =>
  withProduct(startNodeProduct, keyed({ fields: ["id", "status", "started_at"] }), async (product) => {
    const folder = await mkdtemp(path.join(tmpdir(), "export-"));
    const out = path.join(folder, "sessions.csv");
    const run = () => {
      const args = [script, "--url", product.url, "--app", "support", "--out", out];
      const child = spawn(process.execPath, args, { env: { ...process.env, RTKB_TOKEN: serverKey } });
      let told = "";
      child.stderr.on("data", (chunk) => (told += String(chunk)));
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      return { child, ended, told: () => told };
    };
    try {
      // A first part that ends before the list does.
      product.simulator.setFaults([{ kind: "latency", latencyMs: 20 }]);
      const first = run();
      await until(() => product.simulator.state().calls.total > 5);
      product.simulator.setFaults([{ kind: "error", status: 503 }]);
      await until(() => first.told().includes("waiting"));
      first.child.kill("SIGINT");
      expect([await first.ended, first.told()]).toEqual([1, expect.stringContaining("run it again to go on")]);
      const left = tableOf(await readFile(`${out}.partial`, "utf8"));
      expect(left.last).toMatchObject({ complete: false, rows: left.rows.length });

      product.simulator.setFaults([]);
      const second = run();
      expect([await second.ended, second.told()]).toEqual([0, expect.stringContaining("complete")]);
      const { columns, rows, last } = tableOf(await readFile(out, "utf8"));
      expect(columns).toEqual(["id", "status", "started_at"]);
      expect(last).toEqual({ complete: true, rows: rows.length });
      expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
      const page = await product.fetch("/v1/apps/support/sessions?per_page=1", { headers: bearer(serverKey) });
      const { paging } = await page.json<{ paging: { total_count: number } }>();
      expect(paging.total_count - rows.length).toBeLessThanOrEqual(2);
      expect(first.told() + second.told()).not.toContain(serverKey);
    } finally {
      await rm(folder, { recursive: true });
    }
  }));
