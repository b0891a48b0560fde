// Which deliveries count as taken before.
import { describe, expect, it } from "vitest";
import { createDuplicates } from "../../src/webhooks/duplicates.ts";

const moment = (id: string | undefined, digest: string) => ({ id, digest });
const state = (id: string | undefined, digest: string, stateOf = "stream") => ({ id, digest, stateOf });

describe("a delivery", () => {
  it("is a repetition by its name or by its bytes, once it was added", () => {
    const duplicates = createDuplicates();
    expect(duplicates.has(moment("one", "a"))).toBe(false);
    expect(duplicates.has(moment("one", "a"))).toBe(false);
    duplicates.add(moment("one", "a"));
    expect(duplicates.has(moment("one", "b"))).toBe(true);
    expect(duplicates.has(moment("two", "a"))).toBe(true);
    expect(duplicates.has(moment(undefined, "a"))).toBe(true);
    expect(duplicates.has(moment("two", "b"))).toBe(false);
  });

  it("without a name is known by its bytes alone", () => {
    const duplicates = createDuplicates();
    duplicates.add(moment(undefined, "a"));
    expect(duplicates.has(moment(undefined, "b"))).toBe(false);
  });

  it("that tells a state is a repetition only while that state is the last one told", () => {
    const duplicates = createDuplicates();
    duplicates.add(state("one", "live"));
    expect(duplicates.has(state("two", "live"))).toBe(true);
    duplicates.add(state("three", "offline"));
    expect(duplicates.has(state("four", "live"))).toBe(false);
    expect(duplicates.has(state("one", "live"))).toBe(true);
    expect(duplicates.has(state("five", "offline", "another stream"))).toBe(false);
  });

  it("takes no name for bytes, and no bytes for a name", () => {
    const duplicates = createDuplicates();
    duplicates.add(moment("a", "b"));
    expect(duplicates.has(moment("b", "a"))).toBe(false);
  });

  it("is forgotten after ten thousand others, so that the memory is bounded", () => {
    const duplicates = createDuplicates();
    for (let count = 0; count < 10_001; count += 1) duplicates.add(moment(undefined, String(count)));
    expect(duplicates.has(moment(undefined, "0"))).toBe(false);
    expect(duplicates.has(moment(undefined, "1"))).toBe(true);
  });
});
