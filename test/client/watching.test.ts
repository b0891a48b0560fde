// The typed client, watching pages of a service that runs.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../client/src/client.ts";
import type { SessionPage } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "1" });
});
afterAll(() => product.stop());

/** Watches live sessions of one app, and notes what was told. */
function watching(fetcher: typeof fetch) {
  const client = createClient({
    baseUrl: product.url,
    fetch: fetcher,
    waits: { pollMs: 200, graceMs: 200, streamRetryMs: 500 },
  });
  const states: string[] = [];
  const problems: string[] = [];
  let page: SessionPage | undefined;
  const stop = client.sessions.watch("support", { status: "LIVE" }, (next) => void (page = next), {
    onState: (state) => void (state !== states.at(-1) && states.push(state)),
    onProblem: ({ code }) => void problems.push(code),
  });
  const shows = (id: string) => page?.data.sessions.some((session) => session.id === id) ?? false;
  return { states, problems, shows, stop, page: () => page };
}

it("is live by the stream: is given the page at once, and again when something starts", async () => {
  const watched = watching(fetch);
  await until(() => watched.page());
  const { session_id: id } = product.simulator.steering().start({ app: "support" });
  await until(() => watched.shows(id));
  expect(watched.states).toEqual(["connecting", "live"]);
  expect(watched.problems).toEqual([]);
  watched.stop();
});

it("polls where there are no streams, and is live again once there are", async () => {
  let isBlocked = true;
  const watched = watching(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return isBlocked && url.includes("/v1/live/") ? new Response("no such page", { status: 404 }) : fetch(input, init);
  });
  await until(() => watched.page());
  const { session_id: id } = product.simulator.steering().start({ app: "support" });
  await until(() => watched.shows(id));
  expect(watched.states).toEqual(["connecting", "polling"]);
  isBlocked = false;
  await until(() => watched.states.at(-1) === "live");
  watched.stop();
});
