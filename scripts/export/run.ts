// An export to its end: part after part, with waits where the service asks for them, and again where a connection breaks.
import type { ExportFormat } from "../../src/resources/export.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { parseObject } from "../../src/ground/parse-object.ts";
import { field } from "../../src/ground/plain-data.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { PartialFile } from "./partial-file.ts";
import { readPart } from "./part.ts";
import type { LastLine } from "./last-line.ts";

export type ExportJob = {
  /** Address of the export, with its filters. */
  url: string;
  headers: Readonly<Record<string, string>>;
  format: ExportFormat;
  file: PartialFile;
  /** For so long without a row it goes on trying. */
  patienceMs: number;
};

export type ExportWorld = {
  fetch: Fetch;
  clock: Clock;
  /** Told of rows so far, and of all there are where the service says it. */
  progress(rows: number, total: number | undefined): void;
  /** What is waited for, for so many seconds. */
  waits(why: string, seconds: number): void;
  /** The person who runs it has had enough. */
  signal: AbortSignal;
};

/** `why`: what keeps it from being complete, in a few words. */
export type Outcome =
  | { complete: true; rows: number; dropped: number }
  | { complete: false; rows: number; why: string };

const firstPauseSeconds = 2;
const pauseSecondsMax = 59;
/** What no waiting cures. */
const final = new Set([400, 401, 403, 404, 405]);

export async function runExport(job: ExportJob, world: ExportWorld): Promise<Outcome> {
  const { file, format } = job;
  const { clock, signal } = world;
  let { rows, next } = file.begun ?? { rows: 0, next: undefined as string | undefined };
  let dropped = 0;
  let failures = 0;
  let movedAt = clock.now();

  const stop = async (why: string): Promise<Outcome> => {
    await file.finish({ complete: false, rows, next: next ?? null });
    return { complete: false, rows, why };
  };

  for (;;) {
    const asked = await ask(job, world, { next, rows });
    if (signal.aborted) return stop("it was stopped");
    if (asked.state === "refused") return stop(asked.why);
    if (asked.state === "part") {
      const { last } = asked;
      await file.keep();
      rows += last.rows;
      dropped += last.dropped_count ?? 0;
      if (last.complete) {
        await file.finish({ complete: true, rows, ...(dropped > 0 && { dropped_count: dropped }) });
        return { complete: true, rows, dropped };
      }
      if (typeof last.next !== "string") return stop("the service can't go on with it: ask for less");
      next = last.next;
      if (last.rows > 0) {
        failures = 0;
        movedAt = clock.now();
      }
      if (last.code === "unauthorized") return stop("the credential has ended: set a new one and run it again");
    } else await file.drop();
    failures += 1;
    const seconds = asked.seconds ?? Math.min(pauseSecondsMax, firstPauseSeconds * 2 ** (failures - 1));
    if (clock.now() + seconds * 1_000 - movedAt > job.patienceMs) return stop(asked.why);
    world.waits(asked.why, seconds);
    await pause(seconds * 1_000, clock, signal);
    if (signal.aborted) return stop("it was stopped");
  }

  async function ask({ url, headers }: ExportJob, { fetch, progress }: ExportWorld, from: From): Promise<Asked> {
    try {
      const target = new URL(url);
      if (from.next !== undefined) target.searchParams.set("after", from.next);
      const response = await fetch(String(target), { headers, redirect: "manual", signal });
      const { status } = response;
      const body: ReadableStream<Uint8Array> | null = response.body;
      if (status !== 200 || !body) return await refusalOf(response);
      const total = numberOf(response.headers.get("x-total-count"));
      const last = await readPart(body, { format, isFirst: from.next === undefined }, async (text, seen) => {
        await file.write(text);
        progress(from.rows + seen, total);
      });
      if (!last) return { state: "broken", why: "the answer ended too early", seconds: undefined };
      const why = last.complete ? "" : `the service ended a part${last.code === undefined ? "" : ` (${last.code})`}`;
      return { state: "part", last, why, seconds: last.retry_after ?? undefined };
    } catch (error) {
      if (isOfFiles(error)) throw error;
      return { state: "broken", why: "the connection broke", seconds: undefined };
    }
  }
}

type From = { next: string | undefined; rows: number };
type Asked =
  | { state: "part"; last: LastLine; why: string; seconds: number | undefined }
  | { state: "broken"; why: string; seconds: number | undefined }
  | { state: "refused"; why: string };

async function refusalOf(response: Response): Promise<Asked> {
  const { status, headers } = response;
  const body = parseObject(new Uint8Array(await response.arrayBuffer()));
  const code = field(body, "code");
  const named = typeof code === "string" && /^[a-z_]{1,64}$/.test(code) ? `${status} ${code}` : `${status}`;
  if (status >= 300 && status < 400) {
    return { state: "refused", why: "it was sent elsewhere, as a login in front does: check the credential" };
  }
  if (final.has(status)) return { state: "refused", why: `the service answered ${named}${adviceOn(status)}` };
  return { state: "broken", why: `the service answered ${named}`, seconds: numberOf(headers.get("retry-after")) };
}

const adviceOn = (status: number) =>
  status === 401 || status === 403
    ? ": check RTKB_TOKEN, and what its policy shows"
    : status === 404
      ? ": check --app and the ids"
      : ": check the filters";

const numberOf = (text: string | null) => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** A full disk is not waited for. */
const isOfFiles = (error: unknown) =>
  typeof error === "object" && error !== null && "syscall" in error && error.syscall === "write";

function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.timer(delayMs, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      resolve();
    });
  });
}
