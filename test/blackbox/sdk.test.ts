// The official Cloudflare SDK as a client, unchanged: what it lists, what it throws, and that it does not hammer.
import Cloudflare, { APIError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { testEpoch } from "../support/epoch.ts";
import type { Product } from "../support/product.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { callCount, withProduct } from "./steps.ts";

/** A client as a user of the SDK makes one. Whatever it sends is counted; its token is nobody's. */
function clientOf(product: Product, options: { maxRetries?: number; apiToken?: string | null } = {}) {
  let requests = 0;
  const client = new Cloudflare({
    baseURL: `${product.url}/client/v4`,
    apiToken: null,
    maxRetries: 0,
    fetch(address, init) {
      requests += 1;
      return product.fetch(address, init);
    },
    ...options,
  });
  return { list: client.realtimeKit.sessions.getSessions.bind(client.realtimeKit.sessions), requests: () => requests };
}

const account = { account_id: "_" };

async function errorOf(work: Promise<unknown>): Promise<APIError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error("the SDK did not throw one of its own errors", { cause: error });
}

describe("the official SDK through the Worker", () => {
  let product: Product;
  beforeAll(async () => {
    product = await startWorkerProduct({ FRESH_LIVE_SECONDS: "3600" });
  });
  afterAll(() => product.stop());

  it.each([
    ["of this deployment, written _", "_", null],
    ["by its id", SIMULATOR_ACCOUNT_ID, "unused-token-of-the-caller-00000000000000"],
  ])("lists the sessions of the account %s", async (_, account_id, apiToken) => {
    const { list } = clientOf(product, { apiToken });
    const page = await list("support", { account_id });
    expect(page.success).toBe(true);
    const [session] = page.data?.sessions ?? [];
    expect(page.data?.sessions).toHaveLength(25);
    expect(session?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(session?.status).toMatch(/^(LIVE|ENDED)$/);
    expect(Number.isNaN(Date.parse(session?.created_at ?? ""))).toBe(false);
    expect(page.paging?.start_offset).toBe(1);
    expect(page.paging?.end_offset).toBe(25);
    expect(page.paging?.total_count).toBeGreaterThan(25);
  });

  it("passes every parameter that the SDK knows, and the upstream sees each of them", async () => {
    const { list } = clientOf(product);
    const known = await list("support", { ...account, status: "ENDED", per_page: 1 });
    const [session] = known.data?.sessions ?? [];
    const asked = {
      associated_id: session?.associated_id ?? "",
      end_time: new Date(testEpoch).toISOString(),
      page_no: 1,
      participants: "0:1000",
      per_page: 10,
      search: session?.meeting_display_name ?? "",
      sort_by: "minutesConsumed",
      sort_order: "ASC",
      start_time: "2020-01-01T00:00:00.000Z",
      status: "ENDED",
    } as const;
    const page = await list("support", { ...account, ...asked });
    const sessions = page.data?.sessions ?? [];
    expect(sessions.length).toBeGreaterThan(0);
    expect(new Set(sessions.map((row) => row.associated_id))).toEqual(new Set([asked.associated_id]));
    const minutes = sessions.map((row) => row.minutes_consumed);
    expect(minutes).toEqual(minutes.toSorted((one, other) => one - other));

    const sent = new URLSearchParams(product.simulator.state().last?.query ?? "");
    const { page_no: _pageOneIsNotSent, ...others } = asked;
    for (const [name, value] of Object.entries(others)) expect(sent.get(name)).toBe(String(value));
    await list("support", { ...account, ...asked, search: "a", page_no: 2 }).catch(() => {});
    expect(new URLSearchParams(product.simulator.state().last?.query ?? "").get("page_no")).toBe("2");
  });

  it("throws BadRequestError for a bad question, with every offender in errors", async () => {
    const error = await errorOf(clientOf(product).list("support", { ...account, per_page: 101, participants: "x" }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error.errors).toHaveLength(2);
    expect(error.errors).toEqual(
      ["participants", "per_page"].map((name) =>
        expect.objectContaining({ code: 4001, message: expect.any(String), parameter: name }),
      ),
    );
  });

  it.each([
    ["an app that is not configured", "nobodys-app", "_"],
    ["another account", "support", "f".repeat(32)],
  ])("throws NotFoundError for %s", async (_, app, account_id) => {
    const error = await errorOf(clientOf(product).list(app, { account_id }));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error.errors).toMatchObject([{ code: 4041, message: expect.any(String) }]);
  });

  it("throws RateLimitError when this client asked too often", () =>
    withProduct(startWorkerProduct, { CLIENT_REQUESTS_PER_MINUTE: "2" }, async (own) => {
      const { list } = clientOf(own);
      await list("support", account);
      await list("support", account);
      const error = await errorOf(list("support", account));
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error.errors).toMatchObject([{ code: 4291, message: expect.any(String) }]);
      expect(Number(error.headers?.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }));

  it("throws InternalServerError when the upstream fails, once, whatever its own retries", async () => {
    product.simulator.setFaults([{ kind: "error", status: 500, times: 1 }]);
    const before = callCount(product);
    // Two retries are the SDK's default; x-should-retry keeps it from them.
    const { list, requests } = clientOf(product, { maxRetries: 2 });
    const error = await errorOf(list("support", { ...account, per_page: 33 }));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.status).toBe(502);
    expect(error.errors).toMatchObject([{ code: 5022, message: expect.any(String) }]);
    expect(requests()).toBe(1);
    expect(callCount(product) - before).toBe(1);
  });
});
