// Events of RealtimeKit: a page that was fresh is read again because of one, and what is no event changes nothing.
import { expect, it } from "vitest";
import * as z from "zod";
import { serveJson } from "../support/json-server.ts";
import type { JsonServer } from "../support/json-server.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { eventually } from "../support/redis-server.ts";
import { bytesOf, deliveryOf, keyDocument, payloadOf, secretsOfEvents, webhookPath } from "../support/webhooks.ts";
import { ask, askPage, callCount, expectUnavailable, pagePath, until, withProduct } from "./steps.ts";

const Sessions = z.object({ data: z.object({ sessions: z.array(z.object({ id: z.string(), status: z.string() })) }) });

/** No page is loaded again for its age. */
const fresh = {
  FRESH_LIVE_SECONDS: "3600",
  FRESH_LIVE_WITH_WEBHOOKS_SECONDS: "3600",
  FRESH_RECENT_SECONDS: "3600",
};

async function withWebhooks(
  start: StartProduct,
  use: (product: Product, keys: JsonServer, appId: string) => Promise<void>,
): Promise<void> {
  const keys = await serveJson(keyDocument());
  try {
    await withProduct(start, { ...fresh, WEBHOOKS: "on", WEBHOOK_KEY_URL: keys.url }, (product) =>
      use(product, keys, product.simulator.apps[0]?.id ?? ""),
    );
  } finally {
    await keys.close();
  }
}

export function webhookScenarios(start: StartProduct): void {
  it("reads a page again once an event of its app was taken, and takes each event once", () =>
    withWebhooks(start, async (product, keys, appId) => {
      const started = bytesOf(payloadOf("meeting.started", appId));
      await askPage(product, pagePath(5));
      await askPage(product, pagePath(5));
      expect(callCount(product)).toBe(1);
      for (const uuid of ["one", "one", "two"]) {
        expect(await ask(product, webhookPath, deliveryOf(started, { uuid }))).toMatchObject({ status: 204, text: "" });
      }
      expect(keys.fetches()).toBe(1);
      await until(async () => {
        await askPage(product, pagePath(5));
        return callCount(product) === 2 || undefined;
      });
      const log = () => product.logs().join("\n");
      await eventually("the events are in the log", () => log().split('"webhook.taken"').length === 2);
      for (const secret of secretsOfEvents) expect(log()).not.toContain(secret);
    }));

  it("shows a session that began, grew and ended, told by the webhooks of whoever holds it, each accepted at once", () =>
    withProduct(start, { ...fresh, WEBHOOKS: "on" }, async (product) => {
      const { simulator } = product;
      simulator.registerWebhook(`${product.url}${webhookPath}`);
      await askPage(product, pagePath(5));
      const shows = (text: string) =>
        until(async () => (await askPage(product, pagePath(5))).text.includes(text) || undefined);
      const begun = simulator.steering().start({ app: "support", title: "Just begun" });
      await shows(begun.session_id);
      simulator.steering().join(begun.session_id, 2);
      await shows('"live_participants":3');
      simulator.steering().end(begun.session_id);
      await until(async () => {
        const { text } = await askPage(product, pagePath(5));
        return (
          Sessions.parse(JSON.parse(text)).data.sessions.find(({ id }) => id === begun.session_id)?.status === "ENDED"
        );
      });
      await until(() => simulator.deliveries().every(({ outcome }) => outcome !== "waiting") || undefined);
      for (const delivery of simulator.deliveries())
        expect(delivery).toMatchObject({ outcome: "accepted", attempts: 1 });
    }));

  it("refuses what is forged, too large or no event, and leaves pages as they are", () =>
    withWebhooks(start, async (product, keys, appId) => {
      await askPage(product, pagePath(5));
      const post = (init: RequestInit) => ask(product, webhookPath, { ...init, method: "POST" });
      const started = bytesOf(payloadOf("meeting.started", appId));
      expect(await post({ body: started })).toMatchObject({ status: 401, code: "invalid_signature" });
      expect(keys.fetches()).toBe(0);
      expect(await post(deliveryOf(started, { key: "other" }))).toMatchObject({
        status: 401,
        code: "invalid_signature",
      });
      expect(await post(deliveryOf(bytesOf([])))).toMatchObject({ status: 400, code: "invalid_body" });
      const large = bytesOf({ padding: "a".repeat(300 * 1024) });
      expect(await post(deliveryOf(large))).toMatchObject({ status: 413, code: "too_large" });
      expect(await post(deliveryOf(bytesOf(payloadOf("meeting.started", "another-app"))))).toMatchObject({
        status: 204,
      });
      await askPage(product, pagePath(5));
      expect(callCount(product)).toBe(1);
    }));

  it("asks for an event again where its key can't be had", () =>
    withWebhooks(start, async (product, keys, appId) => {
      keys.setDown(true);
      const delivery = deliveryOf(bytesOf(payloadOf("meeting.started", appId)));
      expectUnavailable(await ask(product, webhookPath, delivery), "webhook_unavailable");
    }));

  it("has no such address unless events are taken, and takes nothing but a POST there", async () => {
    const delivery = deliveryOf(bytesOf(payloadOf("meeting.started", "app")));
    await withProduct(start, {}, async (product) => {
      expect(await ask(product, webhookPath, delivery)).toMatchObject({ status: 404, code: "not_found" });
    });
    await withWebhooks(start, async (product) => {
      for (const [method, status] of [
        ["GET", 405],
        ["PUT", 405],
        ["OPTIONS", 204],
      ] as const) {
        const answer = await product.fetch(webhookPath, { method });
        expect([answer.status, answer.headers.get("allow")]).toEqual([status, "POST, OPTIONS"]);
      }
    });
  });
}
