// The scenarios against a Node process over a real Redis, what Redis remembers while the process does not, and what a second process hears.
import { describe, expect, it } from "vitest";
import { purgePath } from "../../src/http/purge-route.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { startNodeProcess, startNodeProductOverRedis } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import type { Settings } from "../support/product.ts";
import { followStream } from "../support/stream.ts";
import type { OpenStream } from "../support/stream.ts";
import { webhookPath } from "../support/webhooks.ts";
import { recordedLoginScenarios } from "./scenarios-login.ts";
import { ageless, expectSoon, hasPage, live } from "./scenarios-live.ts";
import { redisScenarios } from "./scenarios-redis.ts";
import { storeScenarios } from "./scenarios.ts";
import { pagePath, until, withProduct } from "./steps.ts";

storeScenarios("the Node process, over Redis", startNodeProductOverRedis);
describe("the Node process, over Redis, when it restarts", () => {
  redisScenarios(startNodeProductOverRedis);
});
describe("the Node process, over Redis, when people log in", () => {
  recordedLoginScenarios(startNodeProductOverRedis, "redis");
});

describe("two Node processes over one Redis", () => {
  const withReplica = async (settings: Settings, use: (product: NodeProduct, replica: string) => Promise<void>) =>
    withProduct(startNodeProductOverRedis, { ...ageless, ...settings }, async (product) => {
      const replica = await startNodeProcess(product.process.settings);
      try {
        await use(product, replica.url);
      } finally {
        await replica.stop();
      }
    });
  const shows = (stream: OpenStream, text: string) => stream.events().at(-1)?.data?.includes(text) ?? false;

  it("show what starts on the streams of both, whichever takes the event", () =>
    withReplica({ WEBHOOKS: "on" }, async (product, replica) => {
      product.simulator.registerWebhook(product.url + webhookPath);
      const near = await product.follow(live(pagePath(5)));
      const far = followStream(await fetch(replica + live(pagePath(5))));
      await until(() => hasPage(near) && hasPage(far));
      let id = "";
      const steering = product.simulator.steering();
      await expectSoon("a start, over Redis", () => void (id = steering.start({ app: "support" }).session_id), {
        "process that took the event": () => shows(near, id),
        "other process": () => shows(far, id),
      });
      await Promise.all([near.close(), far.close()]);
    }));

  it("purge for each other: what one was told, a reader of the other is shown", () =>
    withReplica(keyed({ grants: ["purge"] }), async (product, replica) => {
      const headers = bearer(serverKey);
      const read = async () => {
        const answer = await fetch(replica + pagePath(5), { headers });
        return answer.text();
      };
      await read();
      const { session_id: id } = product.simulator.steering().start({ app: "support" });
      expect(await read()).not.toContain(id);
      const body = JSON.stringify({ app: "support", hard: true });
      const init = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body };
      expect((await product.fetch(purgePath, init)).status).toBe(200);
      await expectSoon("a purge, over Redis", () => {}, {
        "reader of the other process": async () => (await read()).includes(id),
      });
    }));
});
