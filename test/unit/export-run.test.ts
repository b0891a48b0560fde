// What the dashboard makes of an export: one file out of several parts, and an honest word about its end.
import fc from "fast-check";
import { expect, it } from "vitest";
import { createExportRun, createRecordCounter } from "../../web/dashboard/export-run.ts";
import type { ExportFormat } from "../../web/dashboard/export-run.ts";

const { signal } = new AbortController();

/** Answers with these parts in turn; the last of several pieces of a part may be `broken`. */
function runOver(format: ExportFormat, parts: readonly (readonly string[])[]) {
  const asked: (string | undefined)[] = [];
  const progress: number[] = [];
  const run = createExportRun({
    format,
    async ask(after) {
      const pieces = parts[asked.length] ?? [];
      asked.push(after);
      const encoder = new TextEncoder();
      const body = new ReadableStream({
        start(controller) {
          for (const piece of pieces) if (piece !== "broken") controller.enqueue(encoder.encode(piece));
          if (pieces.at(-1) !== "broken") controller.close();
        },
        pull(controller) {
          controller.error(new TypeError("cut off"));
        },
      });
      return new Response(body, { headers: { "x-total-count": "3" } });
    },
    onProgress: (rows, total) => progress.push(rows + (total ?? 0) / 10),
  });
  return { run, asked, progress };
}

it("a complete export is the file as it came, with rows counted against the total", async () => {
  const text = 'id,title\r\na,"one\r\ntwo"\r\nb,=x\r\n# {"complete":true,"rows":2}\r\n';
  const { run, progress } = runOver("csv", [[text.slice(0, 14), text.slice(14)]]);
  expect(await run.goOn(signal)).toEqual({ kind: "complete", rows: 2, text });
  expect(progress[0]).toBe(0.3);
});

it("one that stopped goes on where it was, and becomes one file with one header and one last line", async () => {
  const { run, asked } = runOver("csv", [
    ['id\r\na\r\n# {"complete":false,"rows":1,"next":"2.9","retry_after":4}\r\n'],
    ['id\r\nb\r\nc\r\n# {"complete":true,"rows":2}\r\n'],
  ]);
  expect(await run.goOn(signal)).toMatchObject({ kind: "stopped", rows: 1, next: "2.9", retryAfterMs: 4_000 });
  const text = 'id\r\na\r\nb\r\nc\r\n# {"complete":true,"rows":2}\r\n';
  expect(await run.goOn(signal)).toEqual({ kind: "complete", rows: 3, text });
  expect(asked).toEqual([undefined, "2.9"]);
});

it("the same as NDJSON", async () => {
  const { run } = runOver("ndjson", [
    ['{"id":"a"}\n{"complete":false,"rows":1,"next":"2.9","retry_after":null}\n'],
    ['{"id":"b"}\n{"complete":true,"rows":1}\n'],
  ]);
  expect(await run.goOn(signal)).toMatchObject({ kind: "stopped", retryAfterMs: undefined });
  expect(await run.goOn(signal)).toMatchObject({
    kind: "complete",
    rows: 2,
    text: '{"id":"a"}\n{"id":"b"}\n{"complete":true,"rows":1}\n',
  });
});

it("a connection that breaks leaves what came whole before, says that it is not complete, and goes on from there", async () => {
  const { run, asked } = runOver("csv", [
    ['id\r\na\r\n# {"complete":false,"rows":1,"next":"2.9","retry_after":1}\r\n'],
    ["id\r\nb\r\n", "broken"],
    ['id\r\nb\r\n# {"complete":true,"rows":1}\r\n'],
  ]);
  await run.goOn(signal);
  expect(await run.goOn(signal)).toMatchObject({
    kind: "stopped",
    rows: 1,
    next: "2.9",
    text: 'id\r\na\r\n# {"complete":false,"rows":1,"next":"2.9"}\r\n',
  });
  expect(await run.goOn(signal)).toMatchObject({ kind: "complete", rows: 2 });
  expect(asked).toEqual([undefined, "2.9", "2.9"]);
});

it("a title that looks like a last line is a row", async () => {
  const { run } = runOver("csv", [['title\r\n"# {""complete"":true,""rows"":9}"\r\n']]);
  expect(await run.goOn(signal)).toMatchObject({ kind: "stopped", rows: 0 });
});

it("records are counted the same however the text is cut into pieces", () => {
  const text = 'id,title\r\n1,"a\r\n""b"""\r\n2,c\r\n';
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const counter = createRecordCounter("csv");
      const at = [0, ...cuts.toSorted((one, other) => one - other), text.length];
      const counts = at.slice(1).map((end, index) => counter.count(text.slice(at[index], end)));
      expect(counts.at(-1)).toBe(2);
    }),
  );
});
