// The address that events of RealtimeKit are sent to. It asks for no identity and counts no client: a signature is what lets an event in.
//
// What an unsigned request costs is bounded all the same: a look at a header, and with something like a signature in it one body of
// 256 KiB and one verification.
import type { Hono } from "hono";
import { deliveryBytesMax } from "../webhooks/deliveries.ts";
import type { TakeDelivery } from "../webhooks/deliveries.ts";
import { deferOf } from "./exchange.ts";
import type { AppEnv } from "./exchange.ts";
import type { ReadBody } from "./request-body.ts";

export const webhookPath = "/v1/webhooks/realtimekit";

export type WebhookRouteParts = {
  take: TakeDelivery;
  readBody: ReadBody;
  /** The alias of each app id. */
  aliasOf: (appId: string) => string | undefined;
};

/** Answers 204 to what was taken, and to what needs nothing done. */
export function addWebhookRoute(app: Hono<AppEnv>, { take, readBody, aliasOf }: WebhookRouteParts): void {
  app.post(webhookPath, async (c) => {
    const exchange = c.get("exchange");
    const delivery = {
      header: (name: string) => c.req.header(name),
      body: () => readBody(c.req.raw, deliveryBytesMax),
    };
    const { failure, appId } = await take(delivery, { report: exchange.trace.report, defer: deferOf(c) });
    if (appId !== undefined) exchange.app = aliasOf(appId);
    return failure ? exchange.refuse(failure) : exchange.answer(204, null);
  });
}
