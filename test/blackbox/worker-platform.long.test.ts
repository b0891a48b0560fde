// The scenarios of the platform against the Worker's bundle, and what only a Worker has.
import { describe, expect, it } from "vitest";
import { purgePath } from "../../src/http/purge-route.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { webhookPath } from "../support/webhooks.ts";
import { recordedLoginScenarios } from "./scenarios-login.ts";
import { ageless, expectSoon, hasPage, live } from "./scenarios-live.ts";
import { workerScenarios } from "./scenarios-worker.ts";
import { platformScenarios } from "./scenarios.ts";
import { askPage, pagePath, until, withProduct } from "./steps.ts";

platformScenarios("the Worker", startWorkerProduct);
describe("the Worker, with its shield and KV", () => {
  recordedLoginScenarios(startWorkerProduct, "kv");
  workerScenarios(startWorkerProduct);

  it("forgets no purge and loses no stream when the shield, which keeps the log, is started anew", () =>
    withProduct(
      startWorkerProduct,
      { ...ageless, ...keyed({ grants: ["purge"] }), WEBHOOKS: "on" },
      async (product) => {
        const headers = bearer(serverKey);
        product.simulator.registerWebhook(product.url + webhookPath);
        const stream = await product.follow(live(pagePath(4)), { headers });
        await until(() => hasPage(stream));
        const read = async () => (await askPage(product, pagePath(5), { headers })).text;
        await read();
        const steering = product.simulator.steering();
        const { session_id: purged } = steering.start({ app: "support" });
        expect(await read()).not.toContain(purged);
        const init = {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ app: "support", hard: true }),
        };
        expect((await product.fetch(purgePath, init)).status).toBe(200);
        await product.restartShield();
        await until(async () => (await read()).includes(purged));
        product.simulator.registerWebhook(product.url + webhookPath);
        let id = "";
        await expectSoon("a start, after a restart", () => void (id = steering.start({ app: "support" }).session_id), {
          "list of the app": () => stream.events().at(-1)?.data?.includes(id) ?? false,
        });
        await stream.close();
      },
    ));
});
