import { expect, it } from "vitest";
import { createLog } from "../../src/ground/log.ts";
import { createTestClock } from "../support/clock.ts";

function writtenWith(reason: string, secrets: readonly string[]): string {
  const lines: string[] = [];
  createLog((line) => lines.push(line), { clock: createTestClock(), secrets })({
    kind: "event",
    part: "node",
    event: { type: "request.failed", reason },
  });
  return lines.join("\n");
}

it("cuts out a secret that JSON writes in another way", () => {
  const secret = 'quote"and\\backslash-0123456789-0123';
  const line = writtenWith(`before ${secret} after`, [secret]);
  expect(line).toContain("before [redacted] after");
  expect(() => JSON.parse(line)).not.toThrow();
});

it.each(["cfut_", "cfat_", "cfk_"])("cuts out a key with the prefix %s, whether or not it is ours", (prefix) => {
  expect(writtenWith(`x ${prefix}${"0a".repeat(20)}`, [])).not.toContain("0a0a");
});
