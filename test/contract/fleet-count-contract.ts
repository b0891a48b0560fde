// What every count of the fleet must hold, exact or a ceiling. Nothing here assumes that its clock is the test's own, or that it can
// say how much is left: what only an exact one promises is tested with it.
import { describe, expect, it } from "vitest";
import type { FleetCount } from "../../src/http/limiter.ts";

/** Two ends of one count that nobody has spent of, with a limit of `perMinute`. */
export type MakeFleetCount = (perMinute: number) => Promise<{ one: FleetCount; other: FleetCount }>;

export function fleetCountContract(name: string, perMinute: number, makeFleetCount: MakeFleetCount) {
  const spendAll = async (count: FleetCount, client: string, requests: number) => {
    const states: string[] = [];
    for (let request = 0; request < requests; request += 1) states.push((await count.spend(client, 1, 0)).state);
    return states;
  };

  describe(`${name} as a count of the fleet`, () => {
    it("grants the limit to a client, whoever asks for it, and refuses the next", async () => {
      const { one, other } = await makeFleetCount(perMinute);
      const half = Math.floor(perMinute / 2);
      const states = [...(await spendAll(one, "a", half)), ...(await spendAll(other, "a", perMinute - half))];
      expect(new Set(states)).toEqual(new Set(["granted"]));
      for (const count of [one, other]) expect(await count.spend("a", 1, 0)).toMatchObject({ state: "refused" });
    });

    it("says when a refused client may come again, within the minute", async () => {
      const { one } = await makeFleetCount(perMinute);
      await spendAll(one, "a", perMinute);
      const answer = await one.spend("a", 1, 0);
      if (answer.state !== "refused") throw new Error(answer.state);
      expect(Number.isInteger(answer.retryAfterSeconds)).toBe(true);
      expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(answer.retryAfterSeconds).toBeLessThanOrEqual(60);
    });

    it("counts each client for itself, whatever its name is", async () => {
      const { one, other } = await makeFleetCount(perMinute);
      await spendAll(one, "a", perMinute + 1);
      const names = [
        "b",
        "A",
        "a ",
        "",
        "2001:db8::/64",
        '["https://issuer.example","a\\n"]',
        "{a}",
        "é".repeat(4_000),
      ];
      for (const client of names) expect((await other.spend(client, 1, 0)).state).toBe("granted");
    });

    it("grants no more than the limit to callers who come all at once", async () => {
      const { one, other } = await makeFleetCount(perMinute);
      const asked = Array.from({ length: perMinute + 20 }, (_, place) => (place % 2 ? one : other).spend("a", 1, 0));
      const states = (await Promise.all(asked)).map(({ state }) => state);
      expect(states.filter((state) => state === "granted")).toHaveLength(perMinute);
      expect(states.filter((state) => state === "refused")).toHaveLength(20);
    });
  });
}
