// The origin of the files: what links lead to, for how long, in which pieces, and how it goes wrong when told to.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canaries, linkCanaries, secretCanaries } from "../../simulator/canaries.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { serveSimulator, type SimulatorServer } from "../../simulator/server.ts";
import {
  createSimulator,
  type Simulator,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
  type SimulatorOptions,
} from "../../simulator/simulator.ts";
import { createTestClock } from "../support/clock.ts";

const dayMs = 86_400_000;
const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };

/** The link to a session's file. `state` is what is to be at it. */
async function linkOf(
  simulator: Simulator,
  leaf = "transcript",
  state: "ready" | "empty" | "placeholder" = "ready",
): Promise<string> {
  const base = `http://simulator/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${simulator.apps[0]?.id ?? ""}`;
  const json = async (path: string) =>
    JSON.parse(await (await simulator.fetch(new Request(base + path, { headers }))).text());
  const before = simulator.state().faults;
  simulator.setFaults([{ kind: "artefact-state", state }]);
  const { id } = (await json("/sessions?status=ENDED&per_page=1")).data.sessions[0];
  const { data } = await json(`/sessions/${id}/${leaf}`);
  simulator.setFaults(before);
  return String(Object.values(data).find((value) => String(value).includes("X-Amz-Signature")));
}

function setUp(options: SimulatorOptions = {}) {
  const clock = createTestClock(Date.UTC(2026, 10, 22, 10));
  const simulator = createSimulator({ clock, seed: 3, ...options });
  const get = (url: string, range?: string, init: RequestInit = {}) =>
    simulator.fetch(new Request(url, { ...init, headers: range === undefined ? {} : { range } }));
  return { clock, simulator, get };
}

describe("a link", () => {
  test("leads below the base address that was given, and carries a signature that is known as one", async () => {
    const { simulator } = setUp();
    const link = new URL(await linkOf(simulator));
    expect(link.origin).toBe("https://files.simulator.invalid");
    expect(link.searchParams.get("X-Amz-Signature")).toMatch(/^CANARY_SIGNATURE_[0-9a-f]{16}$/);
    expect(Number(link.searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(7 * 86_400);
    expect(linkCanaries).toEqual([canaries.signature]);
    expect(secretCanaries).not.toContain(canaries.signature);
    const elsewhere = setUp({ filesBaseUrl: "https://bucket.r2.cloudflarestorage.com" });
    const other = await linkOf(elsewhere.simulator);
    expect(other).toMatch(/^https:\/\/bucket\.r2\.cloudflarestorage\.com\/rtk-prod-transcription\//);
    expect((await elsewhere.get(other)).status).toBe(200);
  });

  test("is good until seven days after the end, and 403 from then on", async () => {
    const { simulator, get } = setUp();
    const link = await linkOf(simulator);
    expect((await get(link)).status).toBe(200);
    simulator.advance(6.5 * dayMs);
    expect((await get(link)).status).toBe(200);
    simulator.advance(0.5 * dayMs);
    const late = await get(link);
    expect(late.status).toBe(403);
    expect(await late.text()).toContain("Request has expired");
  });

  test("is 403 when any part of it is changed, and for any method but GET", async () => {
    const { simulator, get } = setUp();
    const link = await linkOf(simulator);
    for (const [from, to] of [
      ["transcript.csv", "transcript.json"],
      ["X-Amz-Expires=", "X-Amz-Expires=9"],
      ["CANARY_SIGNATURE_", "CANARY_SIGNATURE_0"],
      [/\?.*/, ""],
    ] as const) {
      expect((await get(link.replace(from, to))).status).toBe(403);
    }
    expect((await get(link, undefined, { method: "HEAD" })).status).toBe(403);
  });
});

describe("a file", () => {
  test("holds what the session's own people said, in each format, and the same on every run", async () => {
    const { simulator, get } = setUp();
    const read = async (leaf: string) => (await get(await linkOf(simulator, leaf))).text();
    const spoken = JSON.parse(await read("transcript?format=JSON"));
    expect(spoken[0]).toMatchObject({ startTime: expect.any(Number), peerData: { displayName: expect.any(String) } });
    expect(await read("transcript?format=VTT")).toMatch(/^WEBVTT\n\n\d\d:\d\d:\d\d\.\d{3} --> /);
    expect(await read("transcript?format=SRT")).toMatch(/^1\n\d\d:\d\d:\d\d,\d{3} --> /);
    expect(await read("transcript")).toContain(`,${spoken[0].peerData.id}`.slice(1));
    expect(await read("chat")).toMatch(/^id,participantId,sessionId,meetingId,displayName,pinned,/);
    expect(await read("summary")).toMatch(/^# /);
    const again = setUp();
    expect(await (await again.get(await linkOf(again.simulator, "chat"))).text()).toBe(await read("chat"));
  });

  test("comes in the range asked for, counted in bytes", async () => {
    const { simulator, get } = setUp();
    const link = await linkOf(simulator, "chat");
    const whole = new Uint8Array(await (await get(link)).arrayBuffer());
    const size = whole.length;
    const ranges: [string, number, number][] = [
      ["bytes=0-0", 0, 1],
      ["bytes=5-9", 5, 10],
      ["bytes=-7", size - 7, size],
      [`bytes=${size - 1}-`, size - 1, size],
      ["bytes=0-999999", 0, size],
    ];
    for (const [range, from, to] of ranges) {
      const response = await get(link, range);
      expect(response.status, range).toBe(206);
      expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(whole.slice(from, to));
    }
    for (const range of ["bytes=9-5", "bytes=0-1,4-5", "lines=0-1", "bytes=-"]) {
      expect((await get(link, range)).status, range).toBe(200);
    }
    const beyond = await get(link, `bytes=${size}-`);
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${size}`);
  });

  test("of 0 bytes answers a range with 416, and so does the placeholder of all sessions", async () => {
    const { simulator, get } = setUp();
    for (const state of ["empty", "placeholder"] as const) {
      const link = await linkOf(simulator, "transcript", state);
      const whole = await get(link);
      expect([whole.status, whole.headers.get("content-length"), await whole.text()]).toEqual([200, "0", ""]);
      const response = await get(link, "bytes=0-0");
      expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */0"]);
    }
  });

  test("of a recording is as large as its row says, without being made before it is read", async () => {
    const { simulator, get } = setUp();
    const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${simulator.apps[0]?.id ?? ""}/recordings`;
    const list = await simulator.fetch(new Request(`http://simulator${path}?status=UPLOADED&per_page=50`, { headers }));
    const found = JSON.parse(await list.text()).data.find(
      (row: { download_url: unknown }) => typeof row.download_url === "string",
    );
    const response = await get(found.download_url, "bytes=1000-1015");
    expect(response.headers.get("content-range")).toBe(`bytes 1000-1015/${found.file_size}`);
    expect((await response.arrayBuffer()).byteLength).toBe(16);
  });
});

describe("the origin of the files", () => {
  test("is no part of the API: it counts apart, spends no limit, and no fault reaches it unless it names it", async () => {
    const { simulator, get } = setUp();
    const link = await linkOf(simulator);
    const { total } = simulator.state().calls;
    simulator.setFaults([{ kind: "error", status: 500 }]);
    expect(await (await get(link)).text()).not.toBe("");
    expect(simulator.state().calls.total).toBe(total);
    expect(simulator.state().fileCalls).toMatchObject({ total: 1, byStatus: { 200: 1 }, byRoute: { file: 1 } });
    expect(simulator.state().lastFile).toMatchObject({ method: "GET" });
  });

  test("can be slow, endless, redirecting, hostile, or refusing", async () => {
    const under = async (fault: FaultInput, range?: string) => {
      const { simulator, get, clock } = setUp();
      const link = await linkOf(simulator);
      simulator.setFaults([{ ...fault, route: "file" }]);
      return { response: await get(link, range), clock, simulator };
    };
    expect((await under({ kind: "error", status: 500 })).response.status).toBe(500);
    const redirected = (await under({ kind: "redirect", to: "other" })).response;
    expect(redirected.headers.get("location")).toMatch(/^https:\/\/other-origin\.invalid\//);
    expect((await under({ kind: "body", form: "html" })).response.headers.get("content-type")).toContain("html");

    const wrong = (await under({ kind: "file", form: "wrong-range" }, "bytes=0-0")).response;
    expect([wrong.status, wrong.headers.get("content-range")]).toEqual([206, "bytes 7-8/1"]);
    const ignored = (await under({ kind: "file", form: "ignored-range" }, "bytes=0-0")).response;
    expect([ignored.status, ignored.headers.get("content-range")]).toEqual([200, null]);
    const page = (await under({ kind: "file", form: "html-range" }, "bytes=0-0")).response;
    expect([page.status, page.headers.get("content-type")]).toEqual([206, "text/html; charset=UTF-8"]);

    const endless = await under({ kind: "file", form: "endless" });
    const reader = endless.response.body?.getReader();
    let bytes = 0;
    while (bytes < 3_000_000) bytes += (await reader?.read())?.value?.length ?? Infinity;
    await reader?.cancel();
    expect(bytes).toBeLessThan(Infinity);
    expect(endless.simulator.state().fileCalls.inFlight).toBe(0);

    const slow = await under({ kind: "slow-body", bytes: 10, intervalMs: 1000 });
    const pieces = slow.response.body?.getReader();
    expect((await pieces?.read())?.value).toHaveLength(10);
    let more = false;
    const reading = pieces?.read().then(() => (more = true));
    await slow.clock.advance(999);
    expect(more).toBe(false);
    await slow.clock.advance(1);
    await reading;
    await pieces?.cancel();
  });
});

describe("on a socket", () => {
  const simulator = createSimulator({ seed: 3 });
  let server: SimulatorServer;
  beforeAll(async () => {
    server = await serveSimulator(simulator, { port: 0 });
  });
  afterAll(() => server.close());

  test("links lead to the port of the files, which serves them and nothing else", async () => {
    const link = await linkOf(simulator);
    expect(link.startsWith(`${server.filesUrl}/`)).toBe(true);
    expect(new URL(link).port).not.toBe(String(server.port));
    const response = await fetch(link, { headers: { range: "bytes=0-3" } });
    expect([response.status, response.headers.get("content-length")]).toEqual([206, "4"]);
    expect(await response.text()).toHaveLength(4);
    expect((await fetch(`${server.filesUrl}/__simulator/state`)).status).toBe(403);
    const put = await fetch(`${server.url}/__simulator/faults`, {
      method: "PUT",
      body: '[{"kind":"error","status":500,"route":"file"}]',
    });
    expect(put.status).toBe(200);
    expect((await fetch(link)).status).toBe(500);
    simulator.setFaults([]);
  });

  test("a port of the files that was asked for and is taken is an error, and an address that was given is kept", async () => {
    const taken = await serveSimulator(createSimulator(), { port: 0 });
    const other = createSimulator();
    await expect(serveSimulator(other, { port: 0, filesPort: taken.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    const beside = await serveSimulator(other, { port: 0, filesPort: 0 });
    expect(other.filesBaseUrl()).toBe(beside.filesUrl);
    const fixed = createSimulator({ filesBaseUrl: "https://files.example" });
    const kept = await serveSimulator(fixed, { port: 0 });
    expect(fixed.filesBaseUrl()).toBe("https://files.example");
    await Promise.all([taken.close(), beside.close(), kept.close()]);
  });
});
