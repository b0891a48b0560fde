// What is posted for an event: the bytes of its payload, and the headers that sign and name it, with what faults make of them.
import { profiles } from "./catalogue.ts";
import { type Stream, uuid } from "./chance.ts";
import type { ActiveFaults } from "./fault-plan.ts";
import type { Happening } from "./webhook-events.ts";
import type { WebhookKey } from "./webhook-key.ts";
import { payloadOf } from "./webhook-payloads.ts";

type BodyOptions = {
  readonly seed: number;
  readonly filesBaseUrl: string;
  readonly active: ActiveFaults;
  readonly next: Stream;
};

/** The bytes of an event: compact JSON. */
export function bodyOf(happening: Happening, { seed, filesBaseUrl, active, next }: BodyOptions): Uint8Array {
  const organizationId = strangerOf(happening.plan.appId, active, next);
  return new TextEncoder().encode(JSON.stringify(payloadOf(happening, { seed, filesBaseUrl, organizationId })));
}

/** The app that an event says it is of, where a fault makes it another's. */
function strangerOf(appId: string, active: ActiveFaults, next: Stream): string | undefined {
  switch (active.one("delivery-app")?.app) {
    case undefined:
      return undefined;
    case "unknown":
      return uuid(next);
    case "neighbour": {
      const place = profiles.findIndex(({ id }) => id === appId);
      return profiles[(place + 1) % profiles.length]?.id;
    }
  }
}

/** The headers of a delivery. Nothing in them says when it was sent. */
export async function headersOf(
  body: Uint8Array,
  { uuid: id, webhook_id }: { readonly uuid: string; readonly webhook_id: string },
  { key, active }: { readonly key: WebhookKey; readonly active: ActiveFaults },
): Promise<Headers> {
  const headers = new Headers({ "content-type": "application/json" });
  const signature = await signatureOf(body, key, active);
  const form = active.one("delivery-headers")?.form ?? "rtk";
  for (const family of form === "both" ? ["rtk", "dyte"] : [form]) {
    if (signature !== undefined) headers.set(`${family}-signature`, signature);
    headers.set(`${family}-uuid`, id);
    headers.set(`${family}-webhook-id`, webhook_id);
  }
  return headers;
}

function signatureOf(body: Uint8Array, key: WebhookKey, active: ActiveFaults): Promise<string | undefined> {
  switch (active.one("delivery-signature")?.form) {
    case undefined:
      return key.sign(body);
    case "other-key":
      return key.forge(body);
    case "other-body":
      return key.sign(new TextEncoder().encode('{"event":"meeting.started"}'));
    case "not-base64":
      return Promise.resolve("this is no signature");
    case "missing":
      return Promise.resolve(undefined);
  }
}
