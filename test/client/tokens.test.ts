// The typed client and the caller's token: kept while it is good, renewed once when it is not.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { signed, tokenOf } from "../support/callers.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import type { StreamProxy } from "../support/stream-proxy.ts";

let product: NodeProduct;
let proxy: StreamProxy;
beforeAll(async () => {
  product = await startNodeProduct(signed({}));
  proxy = await startStreamProxy(product.url);
});
afterAll(async () => {
  await proxy.close();
  await product.stop();
});

const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const hourMs = 3_600_000;

/** A backend that gives the tokens in turn, and the last one from then on. */
function backendOf(...tokens: readonly string[]) {
  let asked = 0;
  return {
    asked: () => asked,
    token: async () => tokens[Math.min(asked++, tokens.length - 1)] ?? "",
  };
}

it("a token is asked for once, also by requests that begin together, and kept while it is good", async () => {
  const backend = backendOf(await tokenOf({}, Date.now()));
  const client = createClient({ baseUrl: proxy.url, token: backend.token });
  await Promise.all([1, 2, 3, 4].map((per_page) => client.sessions.list("support", { per_page })));
  await client.sessions.list("support");
  expect(backend.asked()).toBe(1);
});

it("a token that has run out is renewed once, for all requests that were refused with it", async () => {
  const backend = backendOf(await tokenOf({}, Date.now() - hourMs), await tokenOf({}, Date.now()));
  const client = createClient({ baseUrl: proxy.url, token: backend.token });
  const pages = await Promise.all([1, 2, 3, 4].map((per_page) => client.sessions.list("support", { per_page })));
  expect(pages.map(({ paging }) => paging.per_page)).toEqual([1, 2, 3, 4]);
  expect(backend.asked()).toBe(2);
});

it("a renewed token that is refused as well is a Problem, after two requests", async () => {
  const backend = backendOf(await tokenOf({}, Date.now() - hourMs), await tokenOf({}, Date.now() - 2 * hourMs));
  const client = createClient({ baseUrl: proxy.url, token: backend.token });
  const count = proxy.passed().length;
  expect(await failureOf(client.sessions.list("support"))).toMatchObject({ code: "unauthorized", status: 401 });
  expect(
    proxy
      .passed()
      .slice(count)
      .map(({ status }) => status),
  ).toEqual([401, 401]);
});

it("a backend that fails, or has no token, is a Problem with the cause, and is asked again the next time", async () => {
  const cause = new Error("not logged in");
  const good = await tokenOf({}, Date.now());
  const answers: (() => Promise<string>)[] = [() => Promise.reject(cause), async () => "", async () => good];
  const client = createClient({ baseUrl: proxy.url, token: async () => (await answers.shift()?.()) ?? "" });
  expect(await failureOf(client.sessions.list("support"))).toMatchObject({ code: "token_failed", status: 0, cause });
  expect(await failureOf(client.sessions.list("support"))).toMatchObject({ code: "token_failed", status: 0 });
  expect((await client.sessions.list("support")).success).toBe(true);
});

it("a backend that never answers is given up after the time for an answer", async () => {
  const client = createClient({ baseUrl: proxy.url, token: () => new Promise(() => {}), answerMsMax: 100 });
  expect(await failureOf(client.sessions.list("support"))).toMatchObject({ code: "network_failed" });
});

it("a watch whose token runs out goes on with a new one, and says nothing of it", async () => {
  // A stream ends with its token, though requests are taken with it for 30 s more.
  const backend = backendOf(
    await tokenOf({ exp: Math.floor(Date.now() / 1_000) - 22 }, Date.now()),
    await tokenOf({}, Date.now()),
  );
  const client = createClient({ baseUrl: proxy.url, token: backend.token, waits: { graceMs: 60_000 } });
  const problems: string[] = [];
  const states: string[] = [];
  let pages = 0;
  const stop = client.sessions.watch("support", { status: "LIVE" }, () => void (pages += 1), {
    onState: (state) => void (state !== states.at(-1) && states.push(state)),
    onProblem: ({ code }) => void problems.push(code),
  });
  await until(() => backend.asked() === 2);
  await until(() => states.length === 4);
  stop();
  expect(states).toEqual(["connecting", "live", "connecting", "live"]);
  expect(problems).toEqual([]);
  expect(pages).toBeGreaterThan(0);
});
