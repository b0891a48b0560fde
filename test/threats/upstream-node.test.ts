// The hostile upstream against a Node process, and what its answers cost it in memory.
import { describe, expect, it } from "vitest";
import { ask, askPage } from "../blackbox/steps.ts";
import { body, goodPage, growing, pageText, rowOf } from "../support/hostile-upstream.ts";
import { forgetPeak, memoryOf } from "../support/process-memory.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { upstreamThreats } from "./upstream-scenarios.ts";
import { expectProblem, useStage } from "./upstream-stage.ts";

upstreamThreats("a Node process", startNodeProduct);

describe("a Node process and answers that grow when they are parsed", () => {
  let node: NodeProduct | undefined;
  const stage = useStage(async (settings, options) => (node = await startNodeProduct(settings, options)), {
    UPSTREAM_DEADLINE_MS: "60000",
  });

  /** Sixty questions of a whole page at once: how many MiB more the process took at most, and why the answers were no pages. */
  async function costOf(texts: readonly string[]): Promise<{ moreMiB: number; reasons: readonly string[] }> {
    const { hostile, product, freshPath } = stage();
    const pid = node?.process.pid() ?? 0;
    await askPage(product, freshPath());
    await forgetPeak(pid);
    const before = await memoryOf(pid);
    const logged = product.logs().length;
    const bodies = texts.map((text) => body(text));
    let count = 0;
    hostile.behave((...call) => bodies[(count += 1) % bodies.length]?.(...call));
    const asked = Array.from({ length: 60 }, () => ask(product, `${freshPath()}&per_page=100`));
    for (const seen of await Promise.all(asked)) expectProblem(seen, "upstream_malformed");
    hostile.behave(goodPage);
    const log = product.logs().slice(logged).join("\n");
    const reasons = new Set(
      [...log.matchAll(/"upstream\.failed".+?"reason":"(\w+)"/g)].map(([, reason = ""]) => reason),
    );
    return { moreMiB: (await memoryOf(pid)).peakMiB - before.nowMiB, reasons: [...reasons].sort() };
  }

  it("row 130: sixty times eight mebibytes of them at once take at most 128 MiB", async () => {
    const texts = Object.values(growing).map((text) => text(8 * 1_048_576));
    const { moreMiB, reasons } = await costOf(texts);
    expect(moreMiB).toBeLessThan(128);
    expect(reasons).toEqual(["values"]);
  });

  it("row 130: so do sixty that keep to every bound, and are no page for another reason", async () => {
    // A row without an id is none; beside the other fields it has as much as a row may bring.
    const { id: _, ...row } = rowOf();
    const texts = Object.values(growing).map((text) => {
      const heavy = JSON.stringify(row).replace("{", `{"pad":${text(19_000, 1_000)},`);
      return pageText(...Array.from({ length: 100 }, () => heavy));
    });
    const { moreMiB, reasons } = await costOf(texts);
    expect(moreMiB).toBeLessThan(128);
    expect(reasons).toEqual([]);
  });
});
