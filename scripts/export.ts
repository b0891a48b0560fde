// `npm run export`: every row of a list of a running service, in a file.
import { systemClock, type Clock } from "../src/ground/runtime.ts";
import type { Fetch } from "../src/upstream/client.ts";
import { EXIT_FAILED, EXIT_OK, Refusal } from "./doctor/findings.ts";
import { help, readOptions } from "./export/options.ts";
import { openPartial } from "./export/partial-file.ts";
import { runExport } from "./export/run.ts";
import { credentialsOf } from "./service-caller.ts";

export type ExportCommandWorld = {
  environment: NodeJS.ProcessEnv;
  fetch: Fetch;
  clock: Clock;
  print(text: string): void;
  /** On a line of its own that the next one replaces, where the screen can do that. */
  progress(text: string): void;
  signal: AbortSignal;
};

/** The command with its arguments; gives the exit code. Rejects only for a fault of files. */
export async function runExportCommand(args: readonly string[], world: ExportCommandWorld): Promise<number> {
  const { environment, fetch, clock, print, progress, signal } = world;
  try {
    const options = readOptions(args, clock.now());
    if (options === "help") {
      print(help);
      return EXIT_OK;
    }
    const { url, target, format, out, patienceMs } = options;
    const headers = credentialsOf(undefined, environment);
    const file = await openPartial(out, target, format);
    if (file.begun) print(`${out}.partial has ${file.begun.rows} rows: going on from there`);
    const outcome = await runExport(
      { url, headers, format, file, patienceMs },
      {
        fetch,
        clock,
        signal,
        progress: (rows, total) => progress(total === undefined ? `${rows} rows` : `${rows} of ${total} rows`),
        waits: (why, seconds) => print(`${why}: waiting ${seconds} s`),
      },
    );
    if (outcome.complete) {
      const { rows, dropped } = outcome;
      print(
        `${out}: complete, ${rows} rows${dropped > 0 ? `; ${dropped} could not be made valid and are left out` : ""}`,
      );
      return EXIT_OK;
    }
    const { rows, why } = outcome;
    const what =
      rows === 0 ? "nothing was exported" : `${out}.partial: not complete, ${rows} rows; run it again to go on`;
    print(`${what} (${why})`);
    return EXIT_FAILED;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    print(error.message);
    return error.exitCode;
  }
}

const showEveryMs = 5_000;

/** On a terminal one line that moves; elsewhere a line now and then. */
function createProgress(): (text: string) => void {
  const { stderr } = process;
  let shownAt = 0;
  return (text) => {
    if (stderr.isTTY) {
      stderr.write(`\r${text.padEnd(40)}\r`);
      return;
    }
    const now = Date.now();
    if (now - shownAt < showEveryMs) return;
    shownAt = now;
    console.error(text);
  };
}

if (import.meta.main) {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  process.once("SIGTERM", () => controller.abort());
  process.exitCode = await runExportCommand(process.argv.slice(2), {
    environment: process.env,
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    print: (text) => console.error(text),
    progress: createProgress(),
    signal: controller.signal,
  }).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : "it failed");
    return EXIT_FAILED;
  });
}
