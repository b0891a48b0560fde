// The typed client, reading pages of a service that runs.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient, infoOf, Problem } from "../../client/src/client.ts";
import type { Client } from "../../client/src/client.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";

/** What went over the network: `fetch` with a memory. */
type Asked = { url: string; status: number };

function recording(): { fetch: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    async fetch(input, init) {
      const response = await fetch(input, init);
      asked.push({ url: response.url, status: response.status });
      return response;
    },
  };
}

describe("a service that everybody may read", () => {
  let product: NodeProduct;
  let client: Client;
  const wire = recording();
  beforeAll(async () => {
    product = await startNodeProduct({ FRESH_LIVE_SECONDS: "60" });
    client = createClient({ baseUrl: product.url, fetch: wire.fetch });
  });
  afterAll(() => product.stop());

  it("gives a list as the document types it", async () => {
    const page = await client.sessions.list("support", { status: "LIVE", per_page: 1 });
    expect(page.data.sessions.map(({ status }) => status)).toEqual(["LIVE"]);
    expect(page.paging.per_page).toBe(1);
  });

  it("an unchanged page costs a 304 and is the same object, and infoOf tells how old it is", async () => {
    const first = await client.sessions.list("support", { per_page: 2 });
    const again = await client.sessions.list("support", { per_page: 2 });
    expect(again).toBe(first);
    expect(wire.asked.at(-1)?.status).toBe(304);
    expect(infoOf(again)).toMatchObject({ isStale: false });
  });

  it("a refusal is a Problem with everything the service says", async () => {
    const refused = await client.sessions.list("support", { per_page: 1_000 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: "invalid_query", status: 400, errors: [{ parameter: "per_page" }] });
  });
});
