// Sends events to the webhooks that subscribe to them: one POST each, one after the other for one webhook, with what faults make of it.
//
// As documented, any 2xx is success, a 5xx or a network error is tried again, everything else has failed for good. How often, how soon and
// how long is waited for is not documented: five times more, after 1, 2, 4, 8 and 16 s, for 3 s each. A retry keeps its id and its bytes.
import type { Clock } from "../src/ground/runtime.ts";
import { integer, streamOf, uuid } from "./chance.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { Happening } from "./webhook-events.ts";
import type { WebhookKey } from "./webhook-key.ts";
import { bodyOf, headersOf } from "./webhook-message.ts";
import type { Webhook, WebhookRegistry } from "./webhooks.ts";

/** How a delivery leaves. */
export type SendWebhook = (url: string, init: RequestInit) => Promise<Response>;

/** An event on its way to one webhook. `status`: of the last answer, null where there was none. */
export type Delivery = {
  readonly uuid: string;
  readonly webhook_id: string;
  readonly event: string;
  readonly app_id: string;
  readonly session_id: string;
  /** ISO 8601, the simulator's own time. */
  readonly happened_at: string;
  readonly attempts: number;
  readonly outcome: "waiting" | "accepted" | "failed" | "lost";
  readonly status: number | null;
};

export type WebhookCourier = {
  /** Sends what happened, in this order. Settles once nothing waits that is not held back or waiting for a retry; never rejects. */
  send(happened: readonly Happening[]): Promise<void>;
  /** The last 1,000, oldest first. */
  deliveries(): readonly Delivery[];
  /** Ends retries, and whatever is held back. */
  stop(): void;
};

type Deps = {
  readonly seed: number;
  readonly clock: Clock;
  readonly send: SendWebhook;
  readonly key: WebhookKey;
  readonly registry: WebhookRegistry;
  readonly faults: FaultPlan;
  filesBaseUrl(): string;
};

const retryDelaysMs: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000];
const timeoutMs = 3_000;
const deliveriesMax = 1_000;

type Entry = { -readonly [Member in keyof Delivery]: Delivery[Member] };
type Parcel = { readonly url: string; readonly body: Uint8Array; readonly headers: Headers; readonly record: Entry };

export function createWebhookCourier({ seed, clock, send, key, registry, faults, filesBaseUrl }: Deps): WebhookCourier {
  const records: Entry[] = [];
  /** By webhook: the end of what was sent to it so far, and how to send what waits to change places. */
  const lanes = new Map<string, Promise<void>>();
  const swaps = new Map<string, () => void>();
  const cancels = new Set<() => void>();
  let number = 0;
  let isStopped = false;

  const later = (delayMs: number, wake: () => void) => {
    const cancel = clock.timer(delayMs, () => {
      cancels.delete(cancel);
      wake();
    });
    cancels.add(cancel);
  };

  const attempt = async (parcel: Parcel): Promise<void> => {
    if (isStopped) return;
    const { record } = parcel;
    record.attempts += 1;
    const status = await post(parcel, { send, clock });
    record.status = status ?? null;
    if (status !== undefined && status < 500) {
      record.outcome = status >= 200 && status < 300 ? "accepted" : "failed";
      return;
    }
    const delayMs = retryDelaysMs[record.attempts - 1];
    if (delayMs === undefined) record.outcome = "failed";
    else later(delayMs, () => void attempt(parcel));
  };

  const note = (happening: Happening, webhook: Webhook, id: string): Entry => {
    const record: Entry = {
      uuid: id,
      webhook_id: webhook.id,
      event: happening.event,
      app_id: happening.plan.appId,
      session_id: happening.plan.id,
      happened_at: new Date(happening.atMs).toISOString(),
      attempts: 0,
      outcome: "waiting",
      status: null,
    };
    records.push(record);
    if (records.length > deliveriesMax) records.shift();
    return record;
  };

  function dispatch(happening: Happening, webhook: Webhook): void {
    const place = (number += 1);
    const active = faults.choose(place, `${happening.event} ${webhook.url}`, "delivery");
    const next = streamOf(seed, "delivery", place);
    const id = uuid(next);
    const record = note(happening, webhook, id);
    if (active.one("delivery-lost")) {
      record.outcome = "lost";
      return;
    }
    const twice = active.one("delivery-twice")?.uuid;
    const copies = twice === undefined ? [] : [note(happening, webhook, twice === "same" ? id : uuid(next))];
    const body = bodyOf(happening, { seed, filesBaseUrl: filesBaseUrl(), active, next });
    const { id: webhookId, url } = webhook;
    const leave = () => {
      const before = lanes.get(webhookId) ?? Promise.resolve();
      const after = before.then(async () => {
        for (const one of [record, ...copies]) {
          const headers = await headersOf(body, one, { key, active });
          await attempt({ url, body, headers, record: one });
        }
      });
      lanes.set(webhookId, after);
    };
    const latency = active.one("latency");
    const swap = active.one("delivery-swapped");
    const waiting = swaps.get(webhookId);
    if (latency) later(latency.latencyMs + integer(next, 0, latency.jitterMs), leave);
    else if (swap && !waiting) hold(webhookId, leave, swap.withinMs);
    else {
      leave();
      waiting?.();
    }
  }

  function hold(webhookId: string, leave: () => void, withinMs: number): void {
    const release = () => {
      if (swaps.get(webhookId) !== release) return;
      swaps.delete(webhookId);
      leave();
    };
    swaps.set(webhookId, release);
    later(withinMs, release);
  }

  return {
    async send(happened) {
      for (const happening of happened) {
        for (const webhook of registry.enabled(happening.plan.appId)) {
          const isSubscribed = webhook.events.includes(happening.event);
          if (isSubscribed && Date.parse(webhook.created_at) <= happening.atMs) dispatch(happening, webhook);
        }
      }
      await Promise.all(lanes.values());
    },
    deliveries: () => records.map((record) => ({ ...record })),
    stop() {
      isStopped = true;
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}

/** The status of the answer; undefined where none came in time. */
async function post(
  { url, body, headers }: Parcel,
  { send, clock }: Pick<Deps, "send" | "clock">,
): Promise<number | undefined> {
  const late = new AbortController();
  const cancel = clock.timer(timeoutMs, () => late.abort());
  try {
    const response = await send(url, { method: "POST", headers, body, redirect: "manual", signal: late.signal });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  } finally {
    cancel();
  }
}
