// The faults of deliveries: what becomes of an event on its way to a webhook. They apply to deliveries alone, and combine with each other and
// with `latency`, which reaches deliveries with the route `delivery`.
import { oneOf, wholeNumber, withDefault } from "./checks.ts";

export const deliveryShapes = {
  /** Sends the event twice, under one id or under two. */
  "delivery-twice": { uuid: withDefault(oneOf("same", "new"), "same") },
  /** Never sends it. */
  "delivery-lost": {},
  /** Changes places with the next event for the same webhook; goes after `withinMs` if none comes. */
  "delivery-swapped": { withinMs: withDefault(wholeNumber(1, 600_000), 5_000) },
  /** Signs it with a key that is not published, signs another body, sends no base64, or no signature. */
  "delivery-signature": {
    form: withDefault(oneOf("other-key", "other-body", "not-base64", "missing"), "other-key"),
  },
  /** Names another app as its own: one that is nobody's here, or the next of this account. The signature is right. */
  "delivery-app": { app: withDefault(oneOf("unknown", "neighbour"), "unknown") },
  /** Sends the headers of the older service, or both families. */
  "delivery-headers": { form: withDefault(oneOf("dyte", "both"), "dyte") },
};

const kinds: ReadonlySet<string> = new Set(Object.keys(deliveryShapes));

/** Whether a kind of fault is one of deliveries. */
export const isDeliveryKind = (kind: string): boolean => kinds.has(kind);
