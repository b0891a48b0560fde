// A list that streams are opened of, and how it is made to change: 25 sessions of the bench's own in the simulator, whose events the
// product is sent. What happens on the simulator's own timeline is told as well, and changes nothing on this list.
import type { Simulator } from "../../simulator/simulator.ts";
import type { SendWebhook } from "../../simulator/webhook-delivery.ts";
import { webhookPath } from "../../src/http/webhook-route.ts";

const title = "Listened to";
const sessionCount = 25;
const patienceMs = 10_000;
const listPath = `/apps/support/sessions?search=${encodeURIComponent(title)}`;

/** The page of 25 rows, and its stream. */
export const listTarget = `/v1${listPath}`;
export const listStream = `/v1/live${listPath}`;

/** Settings under which events are taken. */
export const withWebhooks = { WEBHOOKS: "on" };

export type Telling = {
  /** For the simulator. */
  send: SendWebhook;
  /** Fills the list, and has every event from now on sent to an origin. */
  begin(simulator: Simulator, origin: string): void;
  /** Lets somebody join. Settles with `performance.now()` when the product has taken the event of it. */
  change(): Promise<number>;
  /** The same `count` times at once, in one session. Settles when all are taken. */
  burst(count: number): Promise<number>;
};

export function createTelling(): Telling {
  let steering: ReturnType<Simulator["steering"]> | undefined;
  let sessions: readonly string[] = [];
  let changes = 0;
  let awaited: { session: string; left: number; wake: (at: number) => void; fail: (error: Error) => void } | undefined;
  const decoder = new TextDecoder();

  async function burst(count: number): Promise<number> {
    const session = sessions[changes % sessions.length] ?? "";
    changes += 1;
    const { promise, resolve: wake, reject: fail } = Promise.withResolvers<number>();
    awaited = { session, left: count, wake, fail };
    const timer = setTimeout(() => fail(new Error(`an event was not taken within ${patienceMs} ms`)), patienceMs);
    try {
      steering?.join(session, count);
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async send(url, init) {
      const response = await fetch(url, init);
      const at = performance.now();
      const text = init.body instanceof Uint8Array ? decoder.decode(init.body) : "";
      if (!awaited || !text.includes(awaited.session)) return response;
      if (response.status !== 204) awaited.fail(new Error(`an event was answered with ${response.status}`));
      awaited.left -= 1;
      if (awaited.left === 0) awaited.wake(at);
      return response;
    },
    begin(simulator, origin) {
      const started = simulator.steering();
      steering = started;
      sessions = Array.from({ length: sessionCount }, () => started.start({ app: "support", title }).session_id);
      simulator.registerWebhook(origin + webhookPath);
    },
    change: () => burst(1),
    burst,
  };
}
