// What a process still holds of the tokens that it was shown.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const holder = path.join(import.meta.dirname, "../support/token-holder.ts");

it("row 6: a token that was verified is remembered by its claims and its digest, and is kept nowhere in memory", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "bff-memory-"));
  try {
    const [tokenFile, heapFile] = [path.join(folder, "token"), path.join(folder, "memory.heapsnapshot")];
    await promisify(execFile)(process.execPath, ["--expose-gc", holder, tokenFile, heapFile]);
    const [token, heap] = [await readFile(tokenFile, "latin1"), await readFile(heapFile, "latin1")];
    const [, payload = "", signature = ""] = token.split(".");
    const { jti } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { jti: string };
    // The claims are there, so it is the right heap that is looked at.
    expect(heap.includes(jti)).toBe(true);
    expect([token, payload, signature].map((part) => heap.includes(part))).toEqual([false, false, false]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
