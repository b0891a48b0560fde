// What JSON may hold is counted from its bytes exactly as a parser would count it, however the bytes are cut.
import fc from "fast-check";
import { expect, it } from "vitest";
import { createJsonBounds } from "../../src/ground/json-bounds.ts";

/** Lists, objects and the commas between their members. */
function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members: unknown[] = Object.values(value);
  return members.reduce((sum: number, member) => sum + countOf(member), Math.max(1, members.length));
}

const judge = (text: string, valuesMax: number, pieceBytes: number) => {
  const bounds = createJsonBounds(valuesMax);
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const fault = bounds(bytes.subarray(start, start + pieceBytes));
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const anyJson = fc.jsonValue({ stringUnit: "binary", maxDepth: 5 });
const anyPieces = fc.integer({ min: 1, max: 40 });

it("counts every value outside of texts, whatever stands in them and however the bytes are cut", () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom(0, 2), anyPieces, (value, indent, pieceBytes) => {
      const text = JSON.stringify(value, undefined, indent);
      const count = countOf(value);
      expect(judge(text, count, pieceBytes)).toBeUndefined();
      if (count > 0) expect(judge(text, count - 1, pieceBytes)).toBe("values");
    }),
    { numRuns: 2_000 },
  );
});

it("never throws on bytes that are no JSON", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect([undefined, "values", "nesting"]).toContain(createJsonBounds(10)(bytes));
    }),
  );
});
