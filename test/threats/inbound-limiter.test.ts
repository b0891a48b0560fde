// Row 105: the ceiling that all isolates of a location share fails, in whatever way. Where everybody may ask, nobody new is let through
// and what is there is shown; where callers are known, they go on with their own limit. The operator is told. Never a 500.
import { describe, expect, it } from "vitest";
import { digest } from "../../src/entries/digest.ts";
import { createBindingCeiling } from "../../src/limits/ceiling-binding.ts";
import type { RateLimitBinding } from "../../src/limits/ceiling-binding.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { createTestService, ownPath } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";

const failures: readonly (readonly [string, RateLimitBinding["limit"]])[] = [
  ["rejects", () => Promise.reject(new Error("gone"))],
  [
    "throws",
    () => {
      throw new Error("gone");
    },
  ],
  ["never answers", () => new Promise(() => {})],
];

/** The statuses of as many questions that nobody has a page of. */
async function askAnew({ send }: TestService, count: number, headers: Record<string, string> = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let question = 0; question < count; question += 1) {
    statuses.push((await send(`${ownPath}?search=q${question}`, { headers })).status);
  }
  return statuses;
}

const isTold = ({ lines }: TestService) => JSON.stringify(lines).includes('"limiter.failed"');

/** A service under a binding that is well until it is told otherwise. Time is the test's once the service is there. */
function underBinding(limit: RateLimitBinding["limit"], settings: Readonly<Record<string, string>>) {
  let isWell = true;
  let clock: Clock | undefined;
  const testClock: Clock = {
    now: () => clock?.now() ?? 0,
    timer: (delayMs, wake) => clock?.timer(delayMs, wake) ?? (() => {}),
  };
  const binding: RateLimitBinding = { limit: async (options) => (isWell ? { success: true } : limit(options)) };
  const ceiling = createBindingCeiling(binding, { clock: testClock, digest });
  const service = createTestService({ settings, services: { ceiling } });
  clock = service.clock;
  return { service, fail: () => void (isWell = false) };
}

describe.each(failures)("row 105: a binding that %s", (_, limit) => {
  it("lets nobody new through where everybody may ask, and shows what is there", async () => {
    const { service, fail } = underBinding(limit, { FRESH_LIVE_SECONDS: "3600" });
    expect((await service.send(ownPath)).status).toBe(200);
    fail();
    expect(await askAnew(service, 5)).toEqual([429, 429, 429, 429, 429]);
    expect((await service.send(ownPath)).status).toBe(200);
    expect(service.calls()).toBe(1);
    expect(isTold(service)).toBe(true);
  });

  it("leaves known callers their own limit, and tells the operator", async () => {
    const { service, fail } = underBinding(limit, { ...keyed(), CLIENT_REQUESTS_PER_MINUTE: "6" });
    fail();
    const statuses = await askAnew(service, 10, bearer(serverKey));
    expect(statuses).toEqual([...Array<number>(6).fill(200), ...Array<number>(4).fill(429)]);
    expect(isTold(service)).toBe(true);
  });
});
