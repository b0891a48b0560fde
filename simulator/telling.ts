// Tells webhooks what happens: on the timeline since it was last asked to, and at once where the control API steers a session.
//
// It has no timer of its own. Whoever runs the simulator calls `deliver` as often as events are to arrive, and a test when it likes.
import type { Clock } from "../src/ground/runtime.ts";
import { profiles } from "./catalogue.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { createSteering, type Steering } from "./steering.ts";
import { createWebhookCourier, type Delivery, type SendWebhook } from "./webhook-delivery.ts";
import { byTime, happeningsBetween } from "./webhook-events.ts";
import type { WebhookKey } from "./webhook-key.ts";
import { createWebhookRegistry, type WebhookRegistry } from "./webhooks.ts";
import type { World } from "./world.ts";

export type Telling = {
  readonly registry: WebhookRegistry;
  /** Every change is told at once. */
  readonly steering: Omit<Steering, "take">;
  /** Registers an address for all events of an app, or of every app. */
  register(url: string, appId?: string): void;
  /** See `Simulator`. */
  deliver(): Promise<void>;
  deliveries(): readonly Delivery[];
  /** Ends retries, and whatever is held back. */
  stop(): void;
};

type Deps = {
  readonly seed: number;
  readonly clock: Clock;
  readonly world: World;
  readonly faults: FaultPlan;
  readonly key: WebhookKey;
  readonly send: SendWebhook;
  /** The simulator's own time. */
  now(): number;
  filesBaseUrl(): string;
};

/** How far back webhooks are told of, at most. */
const catchUpMsMax = 86_400_000;

/** `startMs`: up to then nothing is told. */
export function createTelling(deps: Deps, startMs: number): Telling {
  const { seed, world, now } = deps;
  const registry = createWebhookRegistry(seed);
  const courier = createWebhookCourier({ ...deps, registry });
  const steering = createSteering({ seed, world, now });
  let toldMs = startMs;

  const deliver = async (): Promise<void> => {
    const toMs = now();
    const fromMs = Math.max(toldMs, toMs - catchUpMsMax);
    toldMs = toMs;
    const steered = steering.take();
    if (registry.count() === 0) return;
    const happened = profiles.flatMap(({ id }) => {
      const moment = world.at(id, toMs);
      return moment ? happeningsBetween(moment, fromMs, toMs) : [];
    });
    await courier.send([...happened.sort(byTime), ...steered]);
  };
  const told = <Change>(change: Change): Change => {
    void deliver();
    return change;
  };

  return {
    registry,
    steering: {
      start: (start) => told(steering.start(start)),
      join: (sessionId, count) => told(steering.join(sessionId, count)),
      leave: (sessionId, participantId) => told(steering.leave(sessionId, participantId)),
      end: (sessionId) => told(steering.end(sessionId)),
      sessions: () => steering.sessions(),
    },
    register(url, appId) {
      for (const { id } of profiles) if (appId === undefined || appId === id) registry.add(id, url, now());
    },
    deliver,
    deliveries: () => courier.deliveries(),
    stop: () => courier.stop(),
  };
}
