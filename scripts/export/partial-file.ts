// The file of an export that goes on: `<out>.partial` until the export is complete, then `<out>`.
//
// It grows by whole parts. A part is an answer of the service up to its last line; what came of one that was cut off is taken away again,
// because nobody knows how to go on from there. The last line of a file that was left says how to go on with it.
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import type { ExportFormat } from "../../src/resources/export.ts";
import { Refusal } from "../doctor/findings.ts";
import { readLastLine, writeLastLine, type LastLine } from "./last-line.ts";

export type PartialFile = {
  /** How far earlier runs got: rows, and what to go on with; undefined at the beginning. */
  begun: { rows: number; next: string } | undefined;
  write(text: string): Promise<void>;
  /** Keeps what was written since the last call, or takes it away. */
  keep(): Promise<void>;
  drop(): Promise<void>;
  /** Ends it with its last line; a complete one gets its name. */
  finish(last: LastLine): Promise<void>;
};

/** A last line is short. */
const tailBytes = 1_024;

/** `of`: the address that is exported. Throws a refusal where a file is there that is not of this export. */
export async function openPartial(out: string, of: string, format: ExportFormat): Promise<PartialFile> {
  if (await stat(out).catch(() => undefined))
    throw new Refusal(`${out}: is there already (remove it, or name another file)`);
  const name = `${out}.partial`;
  // What people did is in it: for its owner alone.
  const file = await open(name, "a+", 0o600);
  const { size } = await file.stat();
  const left = await lastLineOf(file, size, format);
  if (left && left.last.of !== of) {
    await file.close();
    throw new Refusal(`${name}: is of another question (ask the same one, or remove it)`);
  }
  const next = left?.last.next;
  // Without a last line nobody knows how far it got.
  let kept = left && typeof next === "string" ? left.at : 0;
  await file.truncate(kept);

  return {
    begun: left && typeof next === "string" ? { rows: left.last.rows, next } : undefined,
    async write(text) {
      await file.appendFile(text);
    },
    async keep() {
      kept = (await file.stat()).size;
    },
    drop: () => file.truncate(kept),
    async finish(last) {
      await file.truncate(kept);
      await file.appendFile(writeLastLine(last.complete ? last : { ...last, of }, format));
      await file.sync();
      await file.close();
      if (last.complete) await rename(name, out);
      else if (last.rows === 0) await rm(name);
    },
  };
}

async function lastLineOf(
  file: FileHandle,
  size: number,
  format: ExportFormat,
): Promise<{ last: LastLine; at: number } | undefined> {
  const length = Math.min(size, tailBytes);
  const bytes = new Uint8Array(length);
  await file.read(bytes, 0, length, size - length);
  const end = bytes.at(-1) === 10 ? bytes.lastIndexOf(10, -2) + 1 : -1;
  if (end < 0) return undefined;
  const last = readLastLine(new TextDecoder().decode(bytes.subarray(end)).trimEnd(), format);
  return last && { last, at: size - length + end };
}
