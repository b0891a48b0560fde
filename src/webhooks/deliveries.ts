// From a delivery to a change in the log: what must hold before an event is believed, in the order of what it costs.
//
// A delivery that can't be settled now is refused with a 503, because its sender brings it again; any other refusal loses it for good.
import type { Change, Invalidate } from "../resources/change.ts";
import type { Failure, Result } from "../ground/errors.ts";
import { hexOf } from "../ground/hex.ts";
import { createDuplicates } from "./duplicates.ts";
import type { Context, WebhookKeys } from "./key-document.ts";
import { readNotice } from "./notice.ts";
import type { Notice } from "./notice.ts";
import { readDeliveryId, readSignature } from "./signature.ts";
import type { ReadHeader } from "./signature.ts";

export const deliveryBytesMax = 256 * 1024;

export type Delivery = {
  header: ReadHeader;
  /** Reads the body; asked once at most, and only of what has the form of a signed delivery. */
  body(): Promise<Result<Uint8Array<ArrayBuffer>>>;
};

/** `failure`: why it was not taken. `appId`: the configured app that it is about, as far as that was found out. */
export type Outcome = { failure?: Failure; appId?: string };

/** Takes a delivery. Never rejects. */
export type TakeDelivery = (delivery: Delivery, context: Context) => Promise<Outcome>;

export type DeliveryDeps = {
  keys: WebhookKeys;
  invalidate: Invalidate;
  /** Ids of the configured apps. */
  apps: ReadonlySet<string>;
};

const logRetrySeconds = 10;

export function createDeliveries({ keys, invalidate, apps }: DeliveryDeps): TakeDelivery {
  const duplicates = createDuplicates();

  return async ({ header, body }, context) => {
    const { report } = context;
    const signature = readSignature(header);
    if (signature === undefined) {
      report({ type: "webhook.refused", reason: "no_signature" });
      return { failure: { code: "invalid_signature" } };
    }
    const read = await body();
    if (!read.ok) return { failure: read.failure };
    const verdict = await keys.check({ signature, body: read.value }, context);
    if (verdict.state === "invalid") {
      report({ type: "webhook.refused", reason: "wrong_signature" });
      return { failure: { code: "invalid_signature" } };
    }
    if (verdict.state === "unavailable") {
      report({ type: "webhook.postponed", because: "key" });
      return { failure: { code: "webhook_unavailable", retryAfterSeconds: verdict.retryAfterSeconds } };
    }
    const notice = readNotice(read.value, apps);
    switch (notice.kind) {
      case "unreadable":
        report({ type: "webhook.refused", reason: "body" });
        return { failure: { code: "invalid_body" } };
      case "ignored":
        report({ type: "webhook.ignored", because: notice.because });
        return {};
      case "change":
        return {
          appId: notice.change.appId,
          ...(await takeChange(notice, read.value, readDeliveryId(header), context)),
        };
    }
  };

  async function takeChange(
    { event, change, tellsState }: Extract<Notice, { kind: "change" }>,
    body: Uint8Array<ArrayBuffer>,
    id: string | undefined,
    { report }: Context,
  ): Promise<Outcome> {
    const digest = hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
    const delivered = { id, digest, stateOf: tellsState ? placeOf(event, change) : undefined };
    if (duplicates.has(delivered)) {
      report({ type: "webhook.ignored", because: "duplicate" });
      return {};
    }
    const sequence = await invalidate(change);
    if (sequence === undefined) {
      report({ type: "webhook.postponed", because: "log" });
      return { failure: { code: "webhook_unavailable", retryAfterSeconds: logRetrySeconds } };
    }
    duplicates.add(delivered);
    report({ type: "webhook.taken", event, sequence });
    return {};
  }
}

const placeOf = (event: string, { appId, meeting, session }: Change) =>
  JSON.stringify([event, appId, meeting ?? null, session ?? null]);
