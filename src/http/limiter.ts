// How often one client may ask. In `public` mode a client is an address; an IPv6 address counts with its whole /64, because
// that much belongs to one subscriber.
//
// A token bucket per client in this process or isolate: exact there, and per isolate elsewhere, which is enough to stop a
// loop and costs no call. The account's budget does not depend on it. Bounded; the longest idle is forgotten first.
import type { Failure } from "../errors.ts";
import type { Clock } from "../runtime.ts";

export type RateLimited = Extract<Failure, { code: "rate_limited" }>;

export type ClientLimiter = {
  /** Counts one against the client; a failure when it has none left. */
  take(client: string): RateLimited | undefined;
};

const clientsMax = 50_000;

/** `perMinute` in a burst, refilled evenly. `policy` names what is counted. */
export function createClientLimiter({
  clock,
  policy,
  perMinute,
}: {
  clock: Pick<Clock, "now">;
  policy: RateLimited["policy"];
  perMinute: number;
}): ClientLimiter {
  const msPerTicket = 60_000 / perMinute;
  /** When each client's bucket will be full again: one number says all about a bucket. */
  const fullAt = new Map<string, number>();

  return {
    take(client) {
      const now = clock.now();
      // A clock set back must not keep a client out for longer than a full bucket takes.
      const known = Math.min(fullAt.get(client) ?? now, now + 60_000);
      const next = Math.max(now, known) + msPerTicket;
      if (next - now > 60_000 + 1) {
        const retryAfterSeconds = Math.max(1, Math.ceil((next - now - 60_000) / 1000));
        return { code: "rate_limited", policy, perMinute, retryAfterSeconds };
      }
      fullAt.delete(client);
      fullAt.set(client, next);
      if (fullAt.size > clientsMax) forgetOldest(fullAt);
      return undefined;
    },
  };
}

function forgetOldest(clients: Map<string, number>): void {
  for (const oldest of clients.keys()) {
    clients.delete(oldest);
    return;
  }
}

const addressLengthMax = 64;

/** The client that an address stands for: IPv4 as it is, IPv6 by its first four groups; "unknown" where there is none. */
export function clientOf(address: string | undefined): string {
  if (!address || address.length > addressLengthMax) return "unknown";
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const tailGroups = tail === "" ? [] : tail.split(":");
    while (groups.length + tailGroups.length < 8) groups.push("0");
    groups.push(...tailGroups);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "").toLowerCase())
    .join(":")}::/64`;
}
