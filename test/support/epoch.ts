// When the simulator's world begins in tests and benchmarks: always the same instant, so that no test sees another world tomorrow.
//
// `TEST_EPOCH` (RFC 3339) puts it elsewhere: `npm run test:epochs` runs the tests that look at the world at seven instants.

const text = process.env["TEST_EPOCH"] || "2026-11-22T10:00:00.000Z";

/** Epoch milliseconds. */
export const testEpoch = Date.parse(text);
if (Number.isNaN(testEpoch)) throw new Error("TEST_EPOCH is not an instant (write 2028-02-29T12:00:00Z)");
