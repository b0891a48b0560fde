// The scenarios against a Node process with pages in memory, and the official SDK as its client.
import Cloudflare, { NotFoundError } from "cloudflare";
import { expect, it } from "vitest";
import { startNodeProduct } from "../support/product-node.ts";
import { storeScenarios } from "./scenarios.ts";
import { callCount, withProduct } from "./steps.ts";

storeScenarios("the Node process, over memory", startNodeProduct);

it("lists sessions through the official SDK, and throws the SDK's own errors", () =>
  withProduct(startNodeProduct, {}, async (product) => {
    const client = new Cloudflare({
      baseURL: `${product.url}/client/v4`,
      apiToken: null,
      fetch: (address, init) => product.fetch(address, init),
    });
    const { sessions } = client.realtimeKit;
    const page = await sessions.getSessions("support", { account_id: "_" });
    expect(page.success).toBe(true);
    expect(page.data?.sessions).toHaveLength(25);
    await expect(sessions.getSessions("nobodys-app", { account_id: "_" })).rejects.toBeInstanceOf(NotFoundError);
    expect(callCount(product)).toBe(1);
  }));
