// Every fault of the simulator, seen from a caller without a socket; and the control API that sets them.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultKinds, type FaultInput } from "../../simulator/faults.ts";
import {
  createSimulator,
  rowFaultNames,
  rowFaults,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
} from "../../simulator/simulator.ts";
import { createTestClock } from "../support/clock.ts";

/** What lies at a path in parsed JSON; undefined where the path ends early. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return Object.getOwnPropertyDescriptor(inner, key)?.value;
  }, value);
}

function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (!body) throw new TypeError("no body");
  return body.getReader();
}

/** The rows of a parsed list. */
function rowsOf(value: unknown): readonly unknown[] {
  const rows = at(value, "data", "sessions");
  if (!Array.isArray(rows)) throw new TypeError("not a list of sessions");
  return rows;
}

/** What a machine short of memory does by itself, at any time. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function setUp(...faults: FaultInput[]) {
  const clock = createTestClock();
  const simulator = createSimulator({ clock });
  simulator.setFaults(faults);
  const path = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${simulator.apps[0]?.id ?? ""}/sessions`;
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}`, accept: "application/json" };
  const get = (query = "", signal: AbortSignal | null = null) =>
    simulator.fetch(new Request(`http://simulator${path}${query}`, { headers, signal }));
  const json = async (query = ""): Promise<unknown> => JSON.parse(await (await get(query)).text());
  const steer = (method: string, name: string, body?: string) =>
    simulator.fetch(new Request(`http://simulator/__simulator/${name}`, { method, body: body ?? null }));
  return { clock, simulator, path, get, json, steer };
}

describe("when faults apply", () => {
  test("a fault with times applies to the next n calls, and several of one kind follow each other", async () => {
    const { get, simulator } = setUp(
      { kind: "error", status: 500, times: 2 },
      { kind: "error", status: 503, times: 1 },
    );
    const statuses = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await get()).status);
    expect(statuses).toEqual([500, 500, 503, 200, 200]);
    expect(simulator.state().faults).toEqual([]);
  });

  test("a fault with a share applies to that share of the calls, the same ones in every run", async () => {
    const run = async () => {
      const { get } = setUp({ kind: "error", status: 502, share: 0.3 });
      const statuses = [];
      for (let call = 0; call < 400; call += 1) statuses.push((await get("?per_page=1")).status);
      return statuses;
    };
    const first = await run();
    const failed = first.filter((status) => status === 502).length;
    expect(failed).toBeGreaterThan(85);
    expect(failed).toBeLessThan(155);
    expect(await run()).toEqual(first);
  });

  test("a fault with a match leaves all other calls alone", async () => {
    const { get } = setUp({ kind: "error", status: 500, match: "status=LIVE" });
    expect((await get("?status=ENDED")).status).toBe(200);
    expect((await get("?status=LIVE")).status).toBe(500);
  });

  test("a blocked account sees only 429, and spends no fault", async () => {
    const { get, simulator } = setUp();
    for (let call = 0; call < 1200; call += 1) await get("?per_page=1");
    simulator.setFaults([{ kind: "error", status: 500, times: 1 }]);
    expect((await get()).status).toBe(429);
    expect(simulator.state().faults).toMatchObject([{ times: 1 }]);
  });
});

describe("faults of time and connection", () => {
  test("latency and jitter hold the answer back on the clock", async () => {
    const { get, clock, simulator } = setUp({ kind: "latency", latencyMs: 200, jitterMs: 50 });
    let answered = false;
    const pending = get().then((response) => {
      answered = true;
      return response;
    });
    await clock.advance(199);
    expect(answered).toBe(false);
    expect(simulator.state().calls).toMatchObject({ inFlight: 1, inFlightPeak: 1 });
    await clock.advance(51);
    expect((await pending).status).toBe(200);
    expect(simulator.state().calls.inFlight).toBe(0);
  });

  test("a reset is a TypeError, as from fetch", async () => {
    const { get, simulator } = setUp({ kind: "reset" });
    await expect(get()).rejects.toThrow(TypeError);
    expect(simulator.state().calls.byStatus).toEqual({ none: 1 });
  });

  test("a hang lasts until the signal aborts, before the headers or in the body", async () => {
    for (const before of ["headers", "body"] as const) {
      const { get, clock, simulator } = setUp({ kind: "hang", before });
      const abort = new AbortController();
      const reading = get("", abort.signal).then((response) => response.text());
      const caught = reading.catch((error: unknown) => error);
      await clock.advance(3_600_000);
      collectGarbage();
      expect(simulator.state().calls.inFlight).toBe(1);
      abort.abort(new Error("enough"));
      expect(await caught).toBeInstanceOf(Error);
      expect(simulator.state().calls.inFlight).toBe(0);
      expect(clock.pendingTimers()).toBe(0);
    }
  });

  test("a slow body comes in pieces on the clock, and ends when its reader gives up", async () => {
    const { get, clock, simulator } = setUp({ kind: "slow-body", bytes: 100, intervalMs: 1000 });
    const reader = readerOf(await get());
    const first = await reader.read();
    expect(first.value?.byteLength).toBe(100);
    let second: unknown;
    const reading = reader.read().then((piece) => (second = piece.value));
    await clock.advance(999);
    expect(second).toBeUndefined();
    await clock.advance(1);
    await reading;
    expect(second).toHaveLength(100);
    await reader.cancel();
    expect(simulator.state().calls.inFlight).toBe(0);
  });

  test("a cut body announces more than it sends and then breaks", async () => {
    const { get } = setUp({ kind: "cut-body", afterBytes: 30 });
    const response = await get();
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1000);
    const reader = readerOf(response);
    expect((await reader.read()).value?.byteLength).toBe(30);
    await expect(reader.read()).rejects.toThrow("terminated");
  });
});

describe("faults of the whole answer", () => {
  test("errors come in every shape, with any status and any retry-after", async () => {
    const expected: [FaultInput, string, unknown][] = [
      [
        { kind: "error", status: 404, message: "no" },
        "application/json",
        { success: false, error: { code: 404, message: "no" } },
      ],
      [
        { kind: "error", shape: "v4", status: 403 },
        "application/json",
        { success: false, errors: [{ code: 10_000, message: "Authentication error" }], messages: [], result: null },
      ],
      [{ kind: "error", shape: "message", status: 401 }, "application/json", { message: "Unauthorized" }],
      [{ kind: "error", shape: "html", status: 522 }, "text/html; charset=UTF-8", undefined],
      [{ kind: "error", shape: "empty", status: 429 }, "", undefined],
    ];
    for (const [fault, type, body] of expected) {
      const { get } = setUp(fault);
      const response = await get();
      expect(response.status).toBe("status" in fault ? fault.status : 0);
      expect(response.headers.get("content-type") ?? "").toContain(type);
      const text = await response.text();
      if (body !== undefined) expect(JSON.parse(text)).toEqual(body);
    }
    for (const retryAfter of ["4", "1e99", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", "", "soon"]) {
      const { get } = setUp({ kind: "error", shape: "v4", status: 429, code: 971, retryAfter });
      expect((await get()).headers.get("retry-after")).toBe(retryAfter);
    }
    expect((await setUp({ kind: "error", status: 204 }).get()).body).toBeNull();
  });

  test("redirects lead to the same origin, to another, or to where the fault says", async () => {
    for (const status of [301, 302, 307, 308]) {
      const { get, simulator } = setUp({ kind: "redirect", status });
      const response = await get();
      expect(response.status).toBe(status);
      expect(response.headers.get("location")).toBe("http://simulator/client/v4/redirect-target");
      const followed = await simulator.fetch(new Request(response.headers.get("location") ?? ""));
      expect(followed.status).toBe(200);
      expect(simulator.state().calls.byRoute["redirect-target"]).toBe(1);
    }
    expect((await setUp({ kind: "redirect", to: "other" }).get()).headers.get("location")).toMatch(
      /^https:\/\/other-origin\.invalid\//,
    );
    const elsewhere = setUp({ kind: "redirect", location: "//evil.example/x" });
    expect((await elsewhere.get()).headers.get("location")).toBe("//evil.example/x");
  });

  test("an echo repeats the caller's headers in body and headers and sets a cookie", async () => {
    const response = await setUp({ kind: "echo" }).get();
    expect(response.status).toBe(403);
    expect(response.headers.get("x-echo-authorization")).toBe(`Bearer ${SIMULATOR_TOKEN}`);
    expect(response.headers.get("set-cookie")).toContain("__cf_bm");
    expect(response.headers.get("server")).toBe("simulator");
    expect(await response.text()).toContain(SIMULATOR_TOKEN);
  });

  test("huge bodies are valid JSON of the length asked for, and stop when nobody reads on", async () => {
    const huge = await (await setUp({ kind: "huge-body", bytes: 3_000_000 }).get()).text();
    expect(huge.length).toBeGreaterThan(3_000_000);
    expect(at(JSON.parse(huge), "success")).toBe(true);
    const bomb = await setUp({ kind: "gzip-bomb", bytes: 3_000_000 }).get();
    expect(bomb.headers.get("content-encoding")).toBe("gzip");
    expect(at(JSON.parse(await bomb.text()), "padding")).toHaveLength(3_000_000);
    const { get, simulator } = setUp({ kind: "huge-body" });
    const reader = readerOf(await get());
    await reader.read();
    await reader.cancel();
    expect(simulator.state().calls.inFlight).toBe(0);
    const twice = await setUp({ kind: "encoding" }).get();
    expect(twice.headers.get("content-encoding")).toBe("gzip, gzip");
  });
});

describe("faults of the body", () => {
  test("the text goes wrong in every way that a parser may meet", async () => {
    const text = async (form: Extract<FaultInput, { kind: "body" }>["form"]) =>
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        await (await setUp({ kind: "body", ...(form === undefined ? {} : { form }) }).get("?per_page=2")).arrayBuffer(),
      );
    for (const form of ["html", "not-json", "empty", "truncated", "bom", "trailing-junk", "nan"] as const) {
      const body = await text(form);
      expect((): unknown => JSON.parse(body), form).toThrow(SyntaxError);
    }
    expect((await text("bom")).charCodeAt(0)).toBe(0xfeff);
    expect(await text("deep")).toContain("[".repeat(10_000));
    expect(await text("proto")).toContain('"__proto__":{"polluted":true}');
    expect(await text("duplicate-keys")).toMatch(/"data".*"data"/);
    expect(JSON.parse(await text("top-level-array"))).toHaveLength(2);
    expect(JSON.parse(await text("top-level-null"))).toBeNull();
    expect(JSON.parse(await text("data-missing"))).not.toHaveProperty("data");
    expect(JSON.parse(await text("data-null"))).toMatchObject({ success: true, data: null });
    expect(at(JSON.parse(await text("data-array")), "data")).toHaveLength(2);
    expect(JSON.parse(await text("sessions-missing"))).toMatchObject({ data: {} });
    expect(at(JSON.parse(await text("sessions-object")), "data", "sessions")).toHaveProperty("0");
    expect(JSON.parse(await text("success-false"))).toMatchObject({ success: false, data: { sessions: [{}, {}] } });
    expect(JSON.parse(await text("success-missing"))).not.toHaveProperty("success");
  });

  test("the content type can lie", async () => {
    const response = await setUp({ kind: "content-type" }).get();
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(at(await response.json(), "success")).toBe(true);
    expect((await setUp({ kind: "body", form: "html" }).get()).headers.get("content-type")).toContain("text/html");
  });

  test("paging takes every form seen, and some that were not", async () => {
    const paging = async (form: Extract<FaultInput, { kind: "paging" }>["form"]) =>
      setUp({ kind: "paging", ...(form === undefined ? {} : { form }) }).json("?per_page=2");
    expect(await paging("missing")).not.toHaveProperty("paging");
    const inside = await paging("in-data");
    expect(inside).not.toHaveProperty("paging");
    expect(at(inside, "data", "paging")).toMatchObject({ start_offset: 1, end_offset: 2 });
    expect(at(await paging("zero-based"), "paging")).toMatchObject({ start_offset: 0, end_offset: 1 });
    expect(at(await paging("strings"), "paging")).toMatchObject({ start_offset: "1" });
    expect(at(await paging("null"), "paging")).toBeNull();
    expect(at(await paging("negative"), "paging")).toMatchObject({ total_count: -1 });
    expect(at(await paging("contradicting"), "paging")).toMatchObject({ start_offset: 9 });
    expect(at(await paging("empty-object"), "paging")).toEqual({});
  });

  test("the list can be empty while calls run, lack ended_at, count pages from zero, or shift between pages", async () => {
    const empty = await setUp({ kind: "empty-list" }).json();
    expect(empty).toEqual({
      success: true,
      data: { sessions: [] },
      paging: { total_count: 0, start_offset: 0, end_offset: 0 },
    });
    const live = await setUp({ kind: "ended-at-absent" }).json("?status=LIVE");
    expect(rowsOf(live)[0]).not.toHaveProperty("ended_at");

    const plain = setUp();
    const zero = setUp({ kind: "pages-from-zero" });
    expect(at(await zero.json("?page_no=1"), "data")).toEqual(at(await plain.json("?page_no=2"), "data"));
    expect(at(await zero.json("?page_no=0"), "data")).toEqual(at(await plain.json(), "data"));

    const shifted = setUp({ kind: "shifted-pages" });
    const first = await shifted.json("?per_page=10");
    const second = await shifted.json("?per_page=10&page_no=2");
    expect(rowsOf(second)[0]).toEqual(rowsOf(first)[9]);
    expect(at(second, "paging")).toMatchObject({
      start_offset: 11,
      end_offset: 20,
      total_count: Number(at(first, "paging", "total_count")) + 1,
    });
    const again = await shifted.json("?per_page=10");
    expect(rowsOf(again)).toHaveLength(10);
    expect(rowsOf(again)[2]).toEqual(rowsOf(first)[0]);
  });

  test("every row fault changes the row it is set on, leaves the others, and keeps the body parseable", async () => {
    const good = await setUp().json("?per_page=4&status=ENDED");
    for (const fault of rowFaultNames) {
      const { get, json } = setUp({ kind: "rows", fault });
      const raw = await (await get("?per_page=4&status=ENDED")).text();
      const parsed = await json("?per_page=4&status=ENDED");
      expect(raw, fault).not.toBe(JSON.stringify(good));
      expect(rowsOf(parsed).slice(-3), fault).toEqual(rowsOf(good).slice(-3));
    }
    expect(rowFaults.length).toBe(new Set(rowFaultNames).size);
    expect(rowFaults.length).toBeGreaterThan(100);
  });

  test("all rows of a page can be broken, half of them, or each in its own way", async () => {
    const all = await setUp({ kind: "rows", fault: "row-null", which: "all" }).json("?per_page=4");
    expect(rowsOf(all)).toEqual([null, null, null, null]);
    const half = await setUp({ kind: "rows", fault: "row-null", which: "half" }).json("?per_page=4");
    expect(rowsOf(half).map((row: unknown) => row === null)).toEqual([true, false, true, false]);
    const mixed = setUp({ kind: "rows", which: "all" });
    expect(await (await mixed.get()).text()).not.toBe(await (await mixed.get()).text());
  });
});

describe("the control API", () => {
  test("shows what was asked, without the token", async () => {
    const { get, steer, path } = setUp();
    await get("?status=LIVE&x=%2f");
    const text = await (await steer("GET", "state")).text();
    expect(text).not.toContain(SIMULATOR_TOKEN);
    expect(JSON.parse(text)).toMatchObject({
      calls: {
        total: 1,
        byRoute: { sessions: 1 },
        byStatus: { 200: 1 },
        byUrl: { [`${path}?status=LIVE&x=%2f`]: 1 },
        blocked: 0,
      },
      last: { query: "status=LIVE&x=%2f", headers: { authorization: "Bearer [redacted]" }, tokenMatches: true },
    });
  });

  test("keeps a bounded number of addresses", async () => {
    const { get, simulator } = setUp();
    for (let call = 0; call < 2300; call += 1) await get(`?per_page=1&n=${call}`);
    const urls = Object.keys(simulator.state().calls.byUrl);
    expect(urls).toHaveLength(2000);
    expect(urls.at(-1)).toContain("n=2299");
  });

  test("moves the clock, starts over, and changes the seed", async () => {
    const { steer, simulator, get } = setUp({ kind: "latency", latencyMs: 0 }, { kind: "empty-list" });
    const moved = await steer("POST", "clock", '{"advanceMs":60000}');
    expect(await moved.json()).toEqual({ now: "2026-11-22T10:01:00.000Z" });
    expect((await get()).status).toBe(200);
    await steer("POST", "reset", '{"seed":9}');
    expect(simulator.state()).toMatchObject({
      seed: 9,
      now: "2026-11-22T10:00:00.000Z",
      calls: { total: 0 },
      faults: [],
    });
    expect((await steer("POST", "reset")).status).toBe(200);
    expect(simulator.state().seed).toBe(9);
  });

  test("sets, shows and removes faults, with their defaults filled in", async () => {
    const { steer } = setUp();
    const put = await steer("PUT", "faults", '[{"kind":"hang","times":3},{"kind":"redirect","status":308}]');
    const expected = [
      { kind: "hang", before: "headers", times: 3 },
      { kind: "redirect", status: 308, to: "same" },
    ];
    expect(await put.json()).toEqual(expected);
    expect(await (await steer("GET", "faults")).json()).toEqual(expected);
    expect(await (await steer("DELETE", "faults")).json()).toEqual([]);
  });

  test("refuses bad input with 400 and the name of the offender, and changes nothing", async () => {
    const { steer, simulator } = setUp({ kind: "empty-list" });
    const bad: [string, string, string, string][] = [
      ["PUT", "faults", "{}", "array"],
      ["PUT", "faults", "not json", "JSON"],
      ["PUT", "faults", '[{"kind":"explode"}]', "faults[0].kind"],
      ["PUT", "faults", '[{"kind":"toString"}]', "faults[0].kind"],
      ["PUT", "faults", "[null]", "faults[0].kind"],
      ["PUT", "faults", '[{"kind":"reset"},{"kind":"hang","befor":"body"}]', '"befor"'],
      ["PUT", "faults", '[{"kind":"reset","__proto__":1}]', '"__proto__"'],
      ["PUT", "faults", '[{"kind":"latency"}]', "faults[0].latencyMs"],
      ["PUT", "faults", '[{"kind":"latency","latencyMs":-1}]', "faults[0].latencyMs"],
      ["PUT", "faults", '[{"kind":"error","share":2}]', "faults[0].share"],
      ["PUT", "faults", '[{"kind":"error","times":0}]', "faults[0].times"],
      ["PUT", "faults", '[{"kind":"error","retryAfter":"a\\r\\nb"}]', "faults[0].retryAfter"],
      ["PUT", "faults", '[{"kind":"rows","fault":"nope"}]', "faults[0].fault"],
      ["POST", "clock", "{}", "body.advanceMs"],
      ["POST", "clock", '{"advanceMs":-1}', "body.advanceMs"],
      ["POST", "clock", '{"advanceMs":1,"ms":2}', '"ms"'],
      ["POST", "reset", '{"seed":"x"}', "body.seed"],
    ];
    for (const [method, name, body, offender] of bad) {
      const response = await steer(method, name, body);
      expect(response.status, body).toBe(400);
      expect(at(await response.json(), "error")).toContain(offender);
    }
    expect(simulator.state().faults).toEqual([{ kind: "empty-list" }]);
    expect((await steer("GET", "nothing")).status).toBe(404);
    expect((await steer("POST", "state")).status).toBe(405);
    expect(() => simulator.advance(91 * 86_400_000)).toThrow("advanceMs");
  });

  test("never answers an arbitrary document with a crash", async () => {
    const { steer } = setUp();
    const entry = fc.record(
      { kind: fc.constantFrom(...faultKinds), times: fc.anything(), which: fc.anything() },
      { requiredKeys: ["kind"] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.array(entry).map((list) => JSON.stringify(list)),
        ),
        async (body) => {
          expect([200, 400]).toContain((await steer("PUT", "faults", body)).status);
        },
      ),
    );
  });
});
