// The record of logins inside one process, and what becomes of a shield that can't be asked.
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/ground/runtime.ts";
import { createLoginsClient } from "../../src/login/logins-durable.ts";
import { createMemoryLogins } from "../../src/login/logins.ts";
import { loginsContract } from "../contract/logins-contract.ts";
import { createTestClock } from "../support/clock.ts";

const clock = createTestClock();
loginsContract("memory", { make: async () => createMemoryLogins(clock), now: clock.now });

describe("a shield that can't be asked", () => {
  it("says of no login that it is live or ended, and of nothing that it was recorded", async () => {
    const events: Event[] = [];
    const broken = async () => {
      throw new RangeError("gone");
    };
    const remote = { isLoginLive: broken, recordLogin: broken, endLogin: broken, endLoginsOf: broken };
    const logins = createLoginsClient(
      () => remote,
      (event) => void events.push(event),
    );
    expect(await logins.isLive("id")).toBeUndefined();
    expect(await logins.record({ id: "id", owners: [], until: 1 })).toBe(false);
    expect(await logins.end("id")).toBe(false);
    expect(await logins.endAllOf("owner")).toBe(false);
    expect(events).toEqual(Array.from({ length: 4 }, () => ({ type: "login.storeFailed", reason: "RangeError" })));
  });
});
