// The log of changes in a real Durable Object: the contract of every journal, and what it remembers when the object is gone.
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createDurableChangeLog } from "../../src/cache/change-log-durable.ts";
import type { ChangeJournal } from "../../src/cache/change-log.ts";
import { createChangeMarks } from "../../src/cache/change-marks.ts";
import { changeLogContract } from "../contract/change-log-contract.ts";
import { createTestClock } from "../support/clock.ts";
import { makeObject } from "./durable-object.ts";
import type { TestObject } from "./durable-object.ts";

/** A journal made inside the object and asked inside it, one request each. */
async function journalIn({ inside }: TestObject, clock: { now(): number }): Promise<ChangeJournal> {
  const journal = await inside((storage) => createDurableChangeLog(storage, { clock }));
  return {
    append: (touch) => inside(() => journal.append(touch)),
    changes: (after) => inside(() => journal.changes(after)),
  };
}

changeLogContract(
  "a Durable Object",
  { makeJournal: () => journalIn(makeObject(), { now: Date.now }), now: Date.now },
  { propertyRuns: 10, touches: 50 },
);

describe("the log of a Durable Object that is evicted", () => {
  it("forgets nothing, and begins no anew", async () => {
    const clock = createTestClock();
    const object = makeObject();
    const before = await journalIn(object, clock);
    await before.append({ tags: ["a", "b"], kind: "changed", hasEnded: true });
    await before.append({ tags: ["b"], kind: "purged" });
    const last = await before.append({ tags: ["c"], kind: "hidden" });
    const known = await before.changes(0);

    await evictDurableObject(object.stub);
    await clock.advance(3_600_000);
    const after = await journalIn(object, clock);
    expect(await after.changes(0)).toEqual(known);
    expect(await after.append({ tags: ["a"], kind: "changed" })).toBeGreaterThan(last);
  });

  it("calls no page untouched after that whose touch it had forgotten before", async () => {
    const clock = createTestClock();
    const object = makeObject();
    const before = await journalIn(object, clock);
    const first = await before.append({ tags: ["first"], kind: "hidden" });
    for (let batch = 0; batch < 12; batch += 1) {
      const tags = Array.from({ length: 1_000 }, (_, place) => `tag ${batch} ${place}`);
      await before.append({ tags, kind: "changed" });
    }
    await evictDurableObject(object.stub);
    const changes = await (await journalIn(object, clock)).changes(0);
    const marks = createChangeMarks({ floor: 0 });
    marks.merge(changes);
    expect(changes.touched.length).toBeLessThanOrEqual(10_000);
    expect(marks.boundsOf({ tags: ["first"] })).toMatchObject({ shownFrom: first });
    expect(marks.boundsOf({ tags: ["first"] }).freshFrom).toBeGreaterThanOrEqual(first);
    const rows = await object.inside((storage) => storage.sql.exec("SELECT count(*) AS rows FROM changes").one());
    expect(Number(rows["rows"])).toBeLessThanOrEqual(11_000);
  });
});
