// A Node process whose pages grow old quickly, so that a browser sees what comes of it within seconds.
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";

export const quick = { FRESH_LIVE_SECONDS: "1", STALE_SECONDS: "1", SOFT_DEADLINE_MS: "100" };

/** One for as long as `use` takes. */
export async function withNode(
  use: (product: NodeProduct) => Promise<void>,
  settings: Record<string, string> = quick,
): Promise<void> {
  const product = await startNodeProduct(settings);
  try {
    await use(product);
  } finally {
    await product.stop();
  }
}
