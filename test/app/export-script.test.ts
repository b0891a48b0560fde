// `npm run export` in front of the service: it ends with a whole file, or says that it is not, and a later run goes on.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runExportCommand } from "../../scripts/export.ts";
import { exportedLists } from "../../src/resources/export.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createTestService } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { keyed, serverKey } from "../support/callers.ts";
import { linesOf, pass, readExport, tableOf } from "../support/exports.ts";

const origin = "https://bff.example";
const list = "/v1/apps/support/sessions";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "export-"));
});
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const fresh = (ending = "ndjson") => path.join(folder, `${(files += 1)}.${ending}`);

type Run = { code: number; printed: string; progress: string[] };
type Around = { fetch?: (real: Fetch) => Fetch; environment?: Record<string, string>; signal?: AbortSignal };

/** Runs the command against a service in this process, moving time until it has ended. */
async function run(service: TestService, args: readonly string[], around: Around = {}): Promise<Run> {
  const { fetch: change = (real: Fetch) => real, environment = {}, signal = new AbortController().signal } = around;
  const printed: string[] = [];
  const progress: string[] = [];
  const real: Fetch = async (url, init) => service.app.fetch(new Request(url, init));
  const state: { code: number | undefined } = { code: undefined };
  const running = runExportCommand(["--url", origin, "--app", "support", ...args], {
    environment,
    fetch: change(real),
    clock: service.clock,
    signal,
    print: (text) => printed.push(text),
    progress: (text) => progress.push(text),
  }).then((code) => (state.code = code));
  for (let step = 0; state.code === undefined && step < 50_000; step += 1) await pass(service, 100);
  const output = printed.join("\n");
  for (const secret of Object.values(environment)) expect(output).not.toContain(secret);
  return { code: await running, printed: output, progress };
}

const read = (name: string) => readFile(name, "utf8");
const idsOf = async (service: TestService) =>
  linesOf((await readExport(service, `${list}.ndjson`)).text).rows.map(({ id }) => id);

describe("a whole export", () => {
  it.each(["csv", "ndjson"])(
    "is a file of %s with every row and the line that says so, and nothing else is left",
    async (ending) => {
      const service = createTestService();
      const out = fresh(ending);
      const { code, printed, progress } = await run(service, ["--out", out]);
      expect([code, printed]).toEqual([0, expect.stringMatching(/: complete, \d+ rows$/)]);
      const direct = await readExport(service, `${list}.${ending}`);
      expect(await read(out)).toBe(direct.text);
      const { rows } = ending === "csv" ? tableOf(direct.text) : linesOf(direct.text);
      expect(progress.at(-1)).toBe(`${rows.length} of ${rows.length} rows`);
      expect(await readdir(folder)).not.toContain(`${path.basename(out)}.partial`);
    },
  );

  it("takes the filters of its list, for every list there is", async () => {
    for (const [, { path: template, parameters }] of exportedLists) {
      const args = ["--list", path.basename(template), "--out", fresh()];
      const ids = template.includes(":session_id") ? ["--session_id", "nowhere"] : [];
      const filter = parameters["search"] ? ["--search", "a"] : [];
      const asked: string[] = [];
      const answer: Fetch = async (url) => {
        asked.push(url);
        return new Response('{"complete":true,"rows":0}\n');
      };
      expect((await run(createTestService(), [...args, ...ids, ...filter], { fetch: () => answer })).code).toBe(0);
      const suffix = template.replace(":session_id", "nowhere");
      expect(asked).toEqual([`${origin}/v1/apps/support${suffix}.ndjson${filter.length > 0 ? "?search=a" : ""}`]);
    }
  });

  it("shows its credential to the service and to nobody else", async () => {
    const service = createTestService({ settings: keyed() });
    const { code } = await run(service, ["--out", fresh()], { environment: { RTKB_TOKEN: serverKey } });
    expect(code).toBe(0);
    const refused = await run(service, ["--out", fresh()]);
    expect([refused.code, refused.printed]).toEqual([1, expect.stringContaining("401 unauthorized: check RTKB_TOKEN")]);
  });
});

/** Cuts each answer after so many bytes, so many times. */
const cutting =
  (bytesMax: number, times: number) =>
  (real: Fetch): Fetch => {
    let cuts = 0;
    return async (url, init) => {
      const response = await real(url, init);
      if (cuts >= times || !response.body) return response;
      cuts += 1;
      let left = bytesMax;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk.subarray(0, left));
          left -= chunk.byteLength;
          if (left <= 0) controller.error(new TypeError("terminated"));
        },
      });
      return new Response(response.body.pipeThrough(cut), response);
    };
  };

describe("an export that breaks off", () => {
  it("goes on by itself when the service ends a part, and the file has each row once", async () => {
    const settings = { UPSTREAM_BUDGET_REQUESTS: "44" };
    const service = createTestService({ settings });
    const out = fresh();
    const { code, printed } = await run(service, ["--out", out, "--max-wait", "60"]);
    expect(code).toBe(0);
    expect(printed).toContain("the service ended a part (budget_spent): waiting");
    const { rows, last } = linesOf(await read(out));
    expect(last).toEqual({ complete: true, rows: rows.length });
    expect(rows.map(({ id }) => id)).toEqual((await idsOf(createTestService())).slice(0, rows.length));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it.each(["csv", "ndjson"])("keeps nothing of a part that was cut off, and reads it again (%s)", async (ending) => {
    const service = createTestService();
    const out = fresh(ending);
    const { code, printed } = await run(service, ["--out", out], { fetch: cutting(100_000, 3) });
    expect(code).toBe(0);
    expect(printed.match(/the connection broke: waiting/g)).toHaveLength(3);
    const text = await read(out);
    const { rows, last } = ending === "csv" ? tableOf(text) : linesOf(text);
    expect(last).toEqual({ complete: true, rows: rows.length });
    const ids = ending === "csv" ? tableOf(text).rows.map(([id]) => id) : linesOf(text).rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("waits as the service says, and no longer than it is told to", async () => {
    const service = createTestService({ faults: [{ kind: "error", status: 503 }] });
    const startedAt = service.clock.now();
    const { code, printed } = await run(service, ["--out", fresh(), "--max-wait", "2"]);
    expect([code, printed]).toEqual([
      1,
      expect.stringMatching(/nothing was exported \(the service answered 50[23] \w+\)$/),
    ]);
    expect(service.clock.now() - startedAt).toBeLessThanOrEqual(125_000);
  });
});

describe("a file that is not complete", () => {
  it("says so in its last line, and a later run goes on with it", async () => {
    const settings = { UPSTREAM_BUDGET_REQUESTS: "44" };
    const service = createTestService({ settings });
    const out = fresh("csv");
    const first = await run(service, ["--out", out, "--max-wait", "0"]);
    expect([first.code, first.printed]).toEqual([
      1,
      expect.stringMatching(/not complete, \d+ rows; run it again to go on/),
    ]);
    const left = tableOf(await read(`${out}.partial`));
    expect(left.last).toMatchObject({ complete: false, rows: left.rows.length, next: expect.any(String) });

    const second = await run(service, ["--out", out, "--max-wait", "60"]);
    expect(second.printed).toContain(`has ${left.rows.length} rows: going on from there`);
    expect(second.code).toBe(0);
    const { columns, rows, last } = tableOf(await read(out));
    expect(last).toEqual({ complete: true, rows: rows.length });
    expect(rows.filter((row) => row.join() === columns.join())).toEqual([]);
    expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
  });

  it("is left by a person who stops it, with whole parts alone", async () => {
    const service = createTestService();
    const out = fresh();
    const controller = new AbortController();
    const stopping =
      (real: Fetch): Fetch =>
      async (url, init) => {
        const response = await real(url, init);
        service.clock.timer(200, () => controller.abort());
        return response;
      };
    const { code, printed } = await run(service, ["--out", out], { fetch: stopping, signal: controller.signal });
    expect([code, printed]).toEqual([1, expect.stringContaining("it was stopped")]);
    expect(await readdir(folder)).not.toContain(path.basename(out));
  });

  it("of another question is not gone on with, and one that was killed is begun anew", async () => {
    const service = createTestService({ settings: { UPSTREAM_BUDGET_REQUESTS: "44" } });
    const out = fresh();
    await run(service, ["--out", out, "--max-wait", "0"]);
    const other = await run(service, ["--out", out, "--status", "LIVE"]);
    expect([other.code, other.printed]).toEqual([2, expect.stringContaining("is of another question")]);
    const killed = fresh();
    await writeFile(`${killed}.partial`, '{"id":"half');
    expect((await run(createTestService(), ["--out", killed])).code).toBe(0);
    expect(linesOf(await read(killed)).last.complete).toBe(true);
  });

  it("never takes the place of a file that is there", async () => {
    const out = fresh();
    await writeFile(out, "mine");
    const { code, printed } = await run(createTestService(), ["--out", out]);
    expect([code, printed]).toEqual([2, expect.stringContaining("is there already")]);
    expect(await read(out)).toBe("mine");
  });
});

describe("the command", () => {
  it.each([
    [["--out", "x.txt"], "--format: is required"],
    [["--out", "x.csv", "--list", "meetings"], "--list: is none of sessions, "],
    [["--out", "x.csv", "--list", "participants"], "--session_id: is required"],
    [["--out", "x.csv", "--status", "ALL"], "--status must be LIVE or ENDED"],
    [["--out", "x.csv", "--meeting_id", "x"], "--meeting_id: is nothing that sessions take"],
    [["--out", "x.csv", "--max-wait", "soon"], "--max-wait: must be a whole number"],
    [["--out", "x.csv", "--colour", "red"], "Unknown option '--colour'"],
    [["--out", "x.csv", "--url", "http://example.com"], "--url: is not usable"],
  ])("%j is refused before anybody is asked", async (args, what) => {
    const never = () => async () => Promise.reject(new Error("asked"));
    const { code, printed } = await run(createTestService(), args, { fetch: never });
    expect([code, printed]).toEqual([2, expect.stringContaining(what)]);
  });

  it("tells what there is", async () => {
    const { code, printed } = await run(createTestService(), ["--help"]);
    expect(code).toBe(0);
    for (const [{ path: template }] of exportedLists) expect(printed).toContain(path.basename(template));
  });
});
