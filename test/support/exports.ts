// An export as a client reads it, under a test clock that moves until it has ended.
import type { TestService } from "./app.ts";
import { readCsv } from "./csv.ts";

/** The last line of an export. */
export type LastLine = {
  complete: boolean;
  rows: number;
  next?: string | null;
  retry_after?: number | null;
  code?: string;
  dropped_count?: number;
};

export type ReadExport = { status: number; headers: Headers; text: string };

export type Row = Readonly<Record<string, unknown>>;

const stepMs = 100;

/** Moves time by so much in small steps, and lets what runs on another thread (a digest, a parser) end before each. */
export async function pass({ clock }: Pick<TestService, "clock">, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await othersDone(clock);
    await clock.advance(stepMs);
  }
}

/** However busy the machine is, digests that were asked for before these have been made when these are. */
async function othersDone(clock: TestService["clock"]): Promise<void> {
  await clock.settle();
  const digests = Array.from({ length: 8 }, () => crypto.subtle.digest("SHA-256", new Uint8Array(1)));
  await Promise.all(digests);
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
  await clock.settle();
}

/** Time stands still for so many looks after the last that brought anything. */
const idleLooks = 5;

/** Asks for an export and reads it to its end. `whenRead`: told of the text so far, each time more of it has come. */
export async function readExport(
  service: Pick<TestService, "send" | "clock">,
  target: string,
  init?: RequestInit,
  whenRead: (text: string) => void | Promise<void> = () => {},
): Promise<ReadExport> {
  const response = await service.send(target, init);
  const { status, headers } = response;
  let text = "";
  const state = { isOver: false };
  const read = async () => {
    if (!response.body) return;
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      await whenRead(text);
    }
  };
  const reading = read().finally(() => (state.isOver = true));
  let seen = 0;
  let idle = 0;
  for (let step = 0; !state.isOver && step < 100_000; step += 1) {
    await othersDone(service.clock);
    idle = text.length > seen ? 0 : idle + 1;
    seen = text.length;
    if (idle >= idleLooks) await service.clock.advance(stepMs);
  }
  await reading;
  return { status, headers, text };
}

/** Rows and last line of an NDJSON. Throws where a line is no JSON. */
export function linesOf(text: string): { rows: Row[]; last: LastLine } {
  const lines = text.trimEnd().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as Row);
  const last = rows.pop();
  return { rows, last: last as LastLine };
}

/** Header, rows and last line of a CSV. */
export function tableOf(text: string): { columns: string[]; rows: string[][]; last: LastLine } {
  const at = text.lastIndexOf("# ");
  const [columns = [], ...rows] = readCsv(text.slice(0, at));
  return { columns, rows, last: JSON.parse(text.slice(at + 2)) as LastLine };
}
