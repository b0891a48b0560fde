// Prints "N passed, N failed" from the results that the test run itself left, as the last line of `.ci/run`. Fails when a
// test failed, when a file could not be loaded, or when nothing passed: no results are not good results.
import { readFile } from "node:fs/promises";
import { testResults } from "./check.ts";

type Results = { passed: number; failed: number };

const count = (report: object, name: string): number => {
  const value: unknown = Reflect.get(report, name);
  return typeof value === "number" ? value : 0;
};

async function readResults(): Promise<Results> {
  const text = await readFile(testResults, "utf8").catch(() => "{}");
  const report: unknown = JSON.parse(text);
  if (typeof report !== "object" || report === null) return { passed: 0, failed: 0 };
  const files: unknown = Reflect.get(report, "testResults");
  const broken = Array.isArray(files) ? files.filter(isBroken).length : 0;
  return { passed: count(report, "numPassedTests"), failed: count(report, "numFailedTests") + broken };
}

/** A file that failed without one failed test of its own: it could not be loaded. */
function isBroken(file: unknown): boolean {
  if (typeof file !== "object" || file === null || Reflect.get(file, "status") !== "failed") return false;
  const tests: unknown = Reflect.get(file, "assertionResults");
  const isFailed = (test: unknown) =>
    typeof test === "object" && test !== null && Reflect.get(test, "status") === "failed";
  return !Array.isArray(tests) || !tests.some(isFailed);
}

const { passed, failed } = await readResults();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
