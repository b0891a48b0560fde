// Row 105: the count that all processes share fails, in whatever way. Where everybody may ask, each process keeps to its share or lets
// nobody new through; where callers are known, they go on with their own limit, and the operator is told. Never a 500.
import { describe, expect, it } from "vitest";
import type { FleetCount } from "../../src/http/limiter.ts";
import { createTestService, ownPath } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";

const failures: readonly (readonly [string, FleetCount["spend"]])[] = [
  ["says so", async () => ({ state: "failed" })],
  ["rejects", () => Promise.reject(new Error("gone"))],
  [
    "throws",
    () => {
      throw new Error("gone");
    },
  ],
  ["never answers", () => new Promise(() => {})],
];

const perMinute = 6;
const processes = 3;
const limits = {
  CLIENT_REQUESTS_PER_MINUTE: "1000",
  CLIENT_MISSES_PER_MINUTE: String(perMinute),
  MAX_REPLICAS: String(processes),
};

/** The statuses of as many questions that nobody has a page of. */
async function askAnew({ send }: TestService, count: number, headers: Record<string, string> = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let question = 0; question < count; question += 1) {
    statuses.push((await send(`${ownPath}?search=q${question}`, { headers })).status);
  }
  return statuses;
}

const timesOf = (statuses: readonly number[], status: number) => statuses.filter((one) => one === status).length;
const isTold = ({ lines }: TestService) => JSON.stringify(lines).includes('"limiter.failed"');

describe.each(failures)("row 105: a shared count that %s", (_, spend) => {
  it("leaves everybody this process's share where everybody may ask", async () => {
    const service = createTestService({ settings: limits, services: { counts: { misses: { spend } } } });
    const statuses = await askAnew(service, 20);
    expect([timesOf(statuses, 200), timesOf(statuses, 429)]).toEqual([
      perMinute / processes,
      20 - perMinute / processes,
    ]);
    expect(service.calls()).toBe(perMinute / processes);
    expect(isTold(service)).toBe(true);
  });

  it("lets nobody new through where it is a ceiling and everybody may ask, and shows what is there", async () => {
    let isWell = true;
    const requests: FleetCount = {
      isCeiling: true,
      spend: (...spent) => (isWell ? Promise.resolve({ state: "granted" }) : spend(...spent)),
    };
    const service = createTestService({
      settings: { ...limits, FRESH_LIVE_SECONDS: "3600" },
      services: { counts: { requests } },
    });
    expect((await service.send(ownPath)).status).toBe(200);
    isWell = false;
    expect(await askAnew(service, 5)).toEqual([429, 429, 429, 429, 429]);
    expect((await service.send(ownPath)).status).toBe(200);
    expect(service.calls()).toBe(1);
    expect(isTold(service)).toBe(true);
  });

  it.each([false, true])(
    "leaves known callers their own limit, and tells the operator; as a ceiling: %s",
    async (isCeiling) => {
      const counts = isCeiling ? { requests: { isCeiling, spend } } : { misses: { spend }, requests: { spend } };
      const service = createTestService({ settings: { ...keyed(), ...limits }, services: { counts } });
      const statuses = await askAnew(service, 20, bearer(serverKey));
      expect([timesOf(statuses, 200), timesOf(statuses, 429)]).toEqual([perMinute, 20 - perMinute]);
      expect(isTold(service)).toBe(true);
    },
  );
});
