// What every scenario does: run a product for as long as it takes, ask it, wait for something to become true.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import * as z from "zod";
import { SessionPage } from "../support/session-list.ts";
import type { Product, ProductOptions, Settings } from "../support/product.ts";

/** Runs `use` against a product and ends it, whatever happens. A leak found at the end fails the test. */
export async function withProduct<Started extends Product>(
  start: (settings?: Settings, options?: ProductOptions) => Promise<Started>,
  settings: Settings,
  use: (product: Started) => Promise<void>,
  options?: ProductOptions,
): Promise<void> {
  const product = await start(settings, options);
  try {
    await use(product);
  } catch (error) {
    // What the test found out comes first.
    await product.stop().catch(() => {});
    throw error;
  }
  await product.stop();
}

/** The page that most scenarios ask for; `per_page` makes it another page, with another key. */
export const pagePath = (perPage: number) => `/v1/apps/support/sessions?per_page=${perPage}`;

const Answered = z.object({ code: z.string().optional() });

/** What a reader sees of an answer. `code` is a problem's, `retryAfter` and `age` are seconds. */
export type Seen = {
  status: number;
  code: string | undefined;
  cacheStatus: string;
  etag: string;
  age: number | undefined;
  retryAfter: number | undefined;
  shouldRetry: string | null;
  text: string;
};

const numberOf = (text: string | null) => (text === null ? undefined : Number(text));

export async function ask(product: Product, path: string, init?: RequestInit): Promise<Seen> {
  const answer = await product.fetch(path, init);
  const text = await answer.text();
  const { headers, status } = answer;
  const isJson = text !== "" && (headers.get("content-type") ?? "").includes("json");
  return {
    status,
    code: isJson ? Answered.parse(JSON.parse(text)).code : undefined,
    cacheStatus: headers.get("cache-status") ?? "",
    etag: headers.get("etag") ?? "",
    age: numberOf(headers.get("age")),
    retryAfter: numberOf(headers.get("retry-after")),
    shouldRetry: headers.get("x-should-retry"),
    text,
  };
}

/** Asks for a page that must be there, and checks it against its schema. */
export async function askPage(product: Product, path: string, init?: RequestInit): Promise<Seen> {
  const seen = await ask(product, path, init);
  expect({ status: seen.status, code: seen.code }).toEqual({ status: 200, code: undefined });
  expect(SessionPage.parse(JSON.parse(seen.text)).data.sessions.length).toBeGreaterThan(0);
  return seen;
}

/** How often the simulator was called, refused calls included. */
export const callCount = (product: Product) => product.simulator.state().calls.total;

/** Waits until `probe` gives something; fails after two minutes. Only the order of things counts, not how long they took. */
export async function until<Value>(probe: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (let round = 0; round < 2_400; round += 1) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await sleep(50);
  }
  throw new Error("it did not come true within two minutes");
}

/** Until the simulator has `count` calls in hand. */
export const untilInFlight = (product: Product, count: number) =>
  until(() => product.simulator.state().calls.inFlight === count || undefined);

/** Lets pages that are fresh for one second (plus jitter) become older than that. */
export const outliveOneSecond = () => sleep(1_250);

/** An honest failure: one of ours, with a time to come back that SDKs may obey. */
export function expectUnavailable(seen: Seen, code: string): void {
  expect({ status: seen.status, code: seen.code }).toEqual({ status: 503, code });
  expect(seen.retryAfter).toBeGreaterThanOrEqual(1);
  expect(seen.retryAfter).toBeLessThanOrEqual(60);
}
