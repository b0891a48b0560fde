// Exports of every list in the registry: what is in them, what they cost, how they end, and who gets how many.
import { describe, expect, test } from "vitest";
import { exportedLists } from "../../src/resources/export.ts";
import type { Resource } from "../../src/resources/resource.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { allowedOrigin, appAlias, createTestService, mayCause } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { createDeployment, meetingA, meetingB, own, worldFetch } from "../support/actors.ts";
import { bearer, keyed, serverKey, signed, tokenOf } from "../support/callers.ts";
import { readDocument } from "../support/document.ts";
import { linesOf, pass, readExport, tableOf } from "../support/exports.ts";
import type { Row } from "../support/exports.ts";

const base = `/v1/apps/${appAlias}`;
const sessions = `${base}/sessions`;
const document = readDocument();

type List = { data: unknown; paging: { has_more: boolean } };

/** Rows of every page of a list, in the order of an export, one page after the other. */
async function rowsOf({ send }: TestService, target: string, list: Resource): Promise<Row[]> {
  const rows: Row[] = [];
  const order = list.parameters["sort_order"] ? "&sort_order=ASC" : "";
  for (let page = 1, isMore = true; isMore; page += 1) {
    const response = await send(`${target}?page_no=${page}&per_page=${list.perPageMax}${order}`);
    const body = await response.json<List>();
    rows.push(...(list.at.reduce<unknown>((inner, key) => (inner as Row)[key], body.data) as Row[]));
    isMore = body.paging.has_more;
  }
  return rows;
}

/** The id of a session that has some rows of the list. */
async function busySession(service: TestService, list: Resource): Promise<string> {
  if (!list.path.includes(":session_id")) return "";
  const response = await service.send(`${sessions}?status=ENDED&per_page=100`);
  const { data } = await response.json<{ data: { sessions: { id: string }[] } }>();
  for (const { id } of data.sessions) {
    if ((await rowsOf(service, `${base}${list.path.replace(":session_id", id)}`, list)).length > 0) return id;
  }
  throw new Error(`no session has any of ${list.path}`);
}

const without = (row: Row, names: readonly string[]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

const cellOf = (value: unknown) => (value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
const idsIn = (text: string) => linesOf(text).rows.map(({ id }) => id);

describe.each(exportedLists.map(([list]) => ({ list, name: list.path })))("of $name", ({ list }) => {
  const service = createTestService();
  const found = busySession(service, list);
  const target = async () => `${base}${list.path.replace(":session_id", await found)}`;

  test("it has every row of the list as a page shows it but for secrets, once, oldest first, and says that it is all", async () => {
    const path = await target();
    const expected = (await rowsOf(service, path, list)).map((row) => without(row, list.secretFields));
    expect(expected.length).toBeGreaterThan(0);
    const before = service.calls();
    const ndjson = await readExport(service, `${path}.ndjson`);
    expect(ndjson.status).toBe(200);
    const { rows, last } = linesOf(ndjson.text);
    expect(rows).toEqual(expected);
    expect(last).toEqual({ complete: true, rows: expected.length });
    expect(service.calls() - before).toBeLessThanOrEqual(Math.ceil(expected.length / (list.perPageMax ?? 1)) + 1);
    expect(ndjson.headers.get("x-total-count")).toBe(String(expected.length));

    const csv = tableOf((await readExport(service, `${path}.csv`)).text);
    expect(csv.last).toEqual(last);
    expect(csv.rows.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n])/, "")))).toEqual(
      expected.map((row) => csv.columns.map((name) => cellOf(row[name]))),
    );
    expect(csv.columns).toEqual(Object.keys(expected[0] ?? {}));
  });

  test("its headers are in the document, name a file, and let nobody keep it", async () => {
    const path = await target();
    for (const format of ["csv", "ndjson"]) {
      const response = await service.send(`${path}.${format}`, { headers: { origin: allowedOrigin } });
      const { headers } = response;
      expect(headers.get("content-disposition")).toMatch(
        new RegExp(`^attachment; filename="support-[\\w-]+\\.${format}"$`),
      );
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("access-control-expose-headers")).toContain("x-total-count");
      await response.body?.cancel();
      const head = await service.send(`${path}.${format}`, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      expect(
        document.violations(`${path}.${format}`, { method: "HEAD", status: 200, headers: head.headers, body: "" }),
      ).toEqual([]);
    }
  });

  test.each(["page_no=1", "per_page=10", "sort_order=ASC", "sort_by=createdAt", "after=x", "after=0...", "colour=red"])(
    "it does not take %s, which costs no call",
    async (query) => {
      const path = await target();
      const before = service.calls();
      const response = await service.send(`${path}.csv?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ parameter: query.replace(/=.*/, "") }] });
      expect(service.calls()).toBe(before);
    },
  );
});

test("secret links are in no export", async () => {
  const service = createTestService();
  const { text } = await readExport(service, `${base}/recordings.ndjson`);
  expect(text).not.toMatch(/https?:|download_url"/);
  expect(linesOf(text).rows.length).toBeGreaterThan(0);
});

describe("while the list moves", () => {
  test("what begins after the export is left out", async () => {
    const service = createTestService({ faults: [{ kind: "latency", latencyMs: 50 }] });
    const steering = service.simulator.steering();
    const begun: string[] = [];
    const { text } = await readExport(service, `${sessions}.ndjson`, {}, () => {
      begun.push(steering.start({ app: appAlias }).session_id);
    });
    expect(begun.length).toBeGreaterThan(5);
    const ids = idsIn(text);
    expect(begun.filter((id) => ids.includes(id))).toEqual([]);
    expect(linesOf(text).last.complete).toBe(true);
  });

  test("rows that come in before its place push none into it twice", async () => {
    const service = createTestService();
    const still = new Set(idsIn((await readExport(service, `${sessions}.ndjson`)).text));
    service.simulator.setFaults([{ kind: "shifted-pages" }]);
    const ids = idsIn((await readExport(service, `${sessions}.ndjson`)).text);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...still].filter((id) => !ids.includes(id))).toEqual([]);
  });
});

type Fault = { name: string; faults: FaultInput[]; code: string };
const failures: readonly Fault[] = [
  { name: "down", faults: [{ kind: "error", status: 503 }], code: "upstream_failed" },
  { name: "not there", faults: [{ kind: "reset" }], code: "upstream_failed" },
  { name: "silent", faults: [{ kind: "hang" }], code: "upstream_timeout" },
  { name: "malformed", faults: [{ kind: "body", form: "truncated" }], code: "upstream_malformed" },
  { name: "out of shape", faults: [{ kind: "body", form: "data-missing" }], code: "upstream_malformed" },
  {
    name: "limiting the account",
    faults: [{ kind: "error", status: 429, retryAfter: "300" }],
    code: "upstream_limited",
  },
  { name: "refusing the token", faults: [{ kind: "error", status: 401, shape: "v4" }], code: "upstream_unauthorized" },
];

describe("an upstream that is", () => {
  test.each(failures)(
    "$name in the middle ends an export with how to go on, and gone on with it is the whole",
    async ({ faults, code }) => {
      const service = createTestService();
      const whole = linesOf((await readExport(service, `${sessions}.ndjson`)).text).rows;
      const first = await readExport(service, `${sessions}.ndjson`, {}, () => service.simulator.setFaults(faults));
      const one = linesOf(first.text);
      expect(one.last).toMatchObject({ complete: false, rows: one.rows.length, code, next: expect.any(String) });
      expect(one.last.retry_after).toBeGreaterThanOrEqual(1);
      expect(one.rows.length).toBeGreaterThan(0);

      service.simulator.setFaults([]);
      await service.clock.advance(330_000);
      const other = linesOf((await readExport(service, `${sessions}.ndjson?after=${one.last.next}`)).text);
      expect(other.last).toEqual({ complete: true, rows: other.rows.length });
      expect([...one.rows, ...other.rows].map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    },
  );

  test.each(failures)("$name from the start is a problem, as for a page", async ({ faults, code }) => {
    const service = createTestService({ faults });
    const response = await service.send(`${sessions}.csv`);
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(await response.json()).toMatchObject({ code });
  });

  test.each([
    "missing",
    "top-level",
    "in-data",
    "zero-based",
    "strings",
    "null",
    "negative",
    "contradicting",
    "empty-object",
  ] as const)("telling of its paging in its own way (%s) has every row exported all the same", async (form) => {
    const whole = idsIn((await readExport(createTestService(), `${sessions}.ndjson`)).text);
    const service = createTestService({ faults: [{ kind: "paging", form }] });
    const { rows, last } = linesOf((await readExport(service, `${sessions}.ndjson`)).text);
    expect(last).toEqual({ complete: true, rows: rows.length });
    expect(rows.map(({ id }) => id)).toEqual(whole);
    expect(service.calls()).toBeLessThanOrEqual(Math.ceil(whole.length / 100) + 1);
  });

  test("sending an empty list in the middle of one is not believed: the export says that it is not complete, and goes on later", async () => {
    const service = createTestService();
    const whole = idsIn((await readExport(service, `${sessions}.ndjson`)).text);
    const empty = () => service.simulator.setFaults([{ kind: "empty-list" }]);
    const one = linesOf((await readExport(service, `${sessions}.ndjson`, {}, empty)).text);
    expect(one.last).toMatchObject({ complete: false, rows: one.rows.length, code: "upstream_malformed" });
    service.simulator.setFaults([]);
    const other = linesOf((await readExport(service, `${sessions}.ndjson?after=${one.last.next}`)).text);
    expect(other.last.complete).toBe(true);
    expect([...one.rows, ...other.rows].map(({ id }) => id)).toEqual(whole);
  });

  test("sending rows that can't be made valid has them counted in the last line", async () => {
    const service = createTestService({ faults: [{ kind: "rows", fault: "missing-id", which: "first" }] });
    const { rows, last } = linesOf((await readExport(service, `${sessions}.ndjson`)).text);
    expect(last).toEqual({ complete: true, rows: rows.length, dropped_count: expect.any(Number) });
    expect(last.dropped_count).toBe(Math.ceil((rows.length + (last.dropped_count ?? 0)) / 100));
  });
});

describe("the budget", () => {
  test("is waited for where that takes no longer than half a minute", async () => {
    const settings = { UPSTREAM_BUDGET_REQUESTS: "20", UPSTREAM_BUDGET_WINDOW_SECONDS: "10" };
    const service = createTestService({ settings });
    const startedAt = service.clock.now();
    const { rows, last } = linesOf((await readExport(service, `${sessions}.ndjson`)).text);
    expect(last).toEqual({ complete: true, rows: rows.length });
    expect(service.clock.now() - startedAt).toBeGreaterThan(20_000);
  });

  test("that takes longer ends it, with the time until there is some again", async () => {
    const service = createTestService({ settings: { UPSTREAM_BUDGET_REQUESTS: "20" } });
    const { rows, last } = linesOf((await readExport(service, `${sessions}.ndjson`)).text);
    expect(last).toMatchObject({ complete: false, rows: rows.length, code: "budget_spent", next: expect.any(String) });
    expect(last.retry_after).toBeGreaterThan(59);
  });

  test("is never taken below half by exports: who looks at pages has the rest", async () => {
    const service = createTestService({ settings: { UPSTREAM_BUDGET_REQUESTS: "40" } });
    await readExport(service, `${sessions}.ndjson`);
    expect(service.calls()).toBe(20);
    expect((await service.send(`${sessions}?search=new`)).status).toBe(200);
  });

  test("gives one client no more than its share, exports included", async () => {
    const service = createTestService({ settings: mayCause(20) });
    const { last } = linesOf((await readExport(service, `${sessions}.ndjson`)).text);
    expect(last).toMatchObject({ complete: false, code: "rate_limited" });
    // The other half is for the pages that it looks at.
    expect(service.calls()).toBe(10);
  });
});

test("a page in use stays where it is, is as fresh as ever, and costs no more calls, while an export goes on", async () => {
  const service = createTestService();
  const page = `${sessions}?per_page=5`;
  await service.send(page);
  let isLooking = false;
  const ages: number[] = [];
  await readExport(service, `${sessions}.ndjson`, {}, async () => {
    if (isLooking) return;
    isLooking = true;
    ages.push(Number((await service.app.fetch(new Request(`https://bff.example${page}`))).headers.get("age")));
    isLooking = false;
  });
  expect(ages.length).toBeGreaterThan(10);
  // Fresh for five seconds, stale for a minute more.
  expect(Math.max(...ages)).toBeLessThanOrEqual(65);
});

describe("a caller", () => {
  const exported = async (settings: Record<string, string>, target: string, claims: Record<string, unknown> = {}) => {
    const service = createTestService({ settings });
    const headers = bearer(await tokenOf(claims, service.clock.now()));
    return { service, ...(await readExport(service, target, { headers })) };
  };

  test("gets the fields of its policy, and no others", async () => {
    const fields = ["id", "status", "started_at"];
    const { text } = await exported(signed({ fields }), `${sessions}.csv`);
    const { columns, rows } = tableOf(text);
    expect(columns).toEqual(fields);
    expect(rows.length).toBeGreaterThan(100);
    const ndjson = await exported(signed({ fields }), `${sessions}.ndjson`);
    expect(linesOf(ndjson.text).rows.every((row) => Object.keys(row).join() === fields.join())).toBe(true);
  });

  test("who is not shown times may export all the same, and asks for no time of ours", async () => {
    const { text, service } = await exported(signed({ fields: ["id", "status"] }), `${sessions}.ndjson`);
    expect(linesOf(text).last.complete).toBe(true);
    expect(linesOf(text).rows.length).toBeGreaterThan(100);
    expect(service.simulator.state().calls.total).toBeGreaterThan(10);
  });

  test("may not filter by what it is not shown, in an export neither", async () => {
    for (const query of [
      "status=LIVE",
      "start_time=2026-11-01T00:00:00Z",
      "end_time=2026-11-01T00:00:00Z",
      "search=a",
    ]) {
      const { status, text, service } = await exported(signed({ fields: ["type"] }), `${sessions}.csv?${query}`);
      expect(status).toBe(400);
      expect(text).toContain(query.replace(/=.*/, ""));
      expect(service.calls()).toBe(0);
    }
  });

  test("gets its own meetings alone, and nothing at all while the upstream ignores what was asked for", async () => {
    const settings = signed({ apps: [own.alias], meetings: { fromClaim: "meetings" } });
    const claims = { meetings: [meetingA] };
    const open = async (ignoresMeeting: boolean) => {
      const deployment = createDeployment(settings, { fetch: worldFetch({ ignoresMeeting }) });
      const headers = bearer(await tokenOf(claims, deployment.clock.now()));
      const ask = async (query: string) => {
        return readExport(deployment, `/v1/apps/${own.alias}/sessions.ndjson${query}`, {
          headers,
        });
      };
      return ask;
    };
    const ask = await open(false);
    const { rows, last } = linesOf((await ask("")).text);
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row["associated_id"]))).toEqual(new Set([meetingA]));
    expect(last).toEqual({ complete: true, rows: rows.length });
    expect((await ask(`?associated_id=${meetingB}`)).status).toBe(404);
    const refused = await (await open(true))("");
    expect(refused.status).toBe(502);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "upstream_malformed" });
  });

  test("who is nobody, or sees nothing of the list, is refused as for a page, and costs no call", async () => {
    const service = createTestService({ settings: keyed({ resources: ["participants"] }) });
    for (const [headers, status] of [
      [{}, 401],
      [bearer("x"), 401],
      [bearer(serverKey), 403],
    ] as const) {
      const [file, page] = [
        await service.send(`${sessions}.csv`, { headers }),
        await service.send(sessions, { headers }),
      ];
      expect([file.status, page.status]).toEqual([status, status]);
    }
    expect((await service.send("/v1/apps/nobody/sessions.csv", { headers: bearer(serverKey) })).status).toBe(404);
    expect(service.calls()).toBe(0);
  });

  test("whose credential ends meanwhile gets what it had until then, and an honest last line", async () => {
    const service = createTestService({ settings: signed({}), faults: [{ kind: "latency", latencyMs: 2_000 }] });
    const exp = Math.floor(service.clock.now() / 1000) + 20;
    const headers = bearer(await tokenOf({ exp }, service.clock.now()));
    const { rows, last } = linesOf((await readExport(service, `${sessions}.ndjson`, { headers })).text);
    expect(last).toMatchObject({ complete: false, code: "unauthorized", retry_after: null, next: expect.any(String) });
    expect(rows.length).toBeGreaterThan(100);
    const again = bearer(await tokenOf({}, service.clock.now()));
    service.simulator.setFaults([]);
    const rest = await readExport(service, `${sessions}.ndjson?after=${last.next}`, { headers: again });
    expect(linesOf(rest.text).last.complete).toBe(true);
  });

  test("whose browser was made to ask by a page of another site gets nothing, and costs no call", async () => {
    const service = createTestService();
    const response = await service.send(`${sessions}.csv`, { headers: { "sec-fetch-site": "cross-site" } });
    expect(response.status).toBe(403);
    expect(service.calls()).toBe(0);
  });
});

describe("a client that", () => {
  test("hangs up stops the calls and leaves its place", async () => {
    const service = createTestService();
    for (let time = 0; time < 10; time += 1) {
      const response = await service.send(`${sessions}.ndjson`);
      expect(response.status).toBe(200);
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      await pass(service, 1_000);
    }
    const calls = service.calls();
    await pass(service, 60_000);
    expect(service.calls()).toBe(calls);
    expect(calls).toBeLessThanOrEqual(10 * 5);
    expect(JSON.stringify(service.lines)).toContain('"export.ended","because":"gone"');
  });

  test("hangs up while its export waits for the budget stops the calls as well", async () => {
    const settings = { UPSTREAM_BUDGET_REQUESTS: "10", UPSTREAM_BUDGET_WINDOW_SECONDS: "10" };
    const service = createTestService({ settings });
    const reader = (await service.send(`${sessions}.ndjson`)).body?.getReader();
    for (let page = 0; page < 5; page += 1) await reader?.read();
    await pass(service, 1_000);
    // Half of the budget is not for exports.
    expect(service.calls()).toBe(5);
    await reader?.cancel();
    await pass(service, 60_000);
    expect(service.calls()).toBe(5);
  });

  test("reads nothing is sent no more than two pages ahead, and is cut off after half a minute", async () => {
    const service = createTestService();
    const response = await service.send(`${sessions}.ndjson`);
    await pass(service, 20_000);
    expect(service.calls()).toBeLessThanOrEqual(3);
    await pass(service, 20_000);
    await expect(response.text()).rejects.toThrow("slow");
    expect(JSON.stringify(service.lines)).toContain('"export.ended","because":"slow"');
  });

  test("has two exports under way is told to wait, and others are not", async () => {
    const addressOf = (request: Request) => request.headers.get("x-test-address") ?? undefined;
    const service = createTestService({ services: { addressOf } });
    const ask = (address: string) => service.send(`${sessions}.csv`, { headers: { "x-test-address": address } });
    const open = [await ask("203.0.113.1"), await ask("203.0.113.1")];
    const refused = await ask("203.0.113.1");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "15"]);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("2 exports under way") });
    open.push(await ask("203.0.113.2"));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    await open[0]?.body?.cancel();
    await service.clock.advance(1_000);
    expect((await ask("203.0.113.1")).status).toBe(200);
  });
});

test("of a thousand who ask at once twenty are served, and the others are refused without a call", async () => {
  const addressOf = (request: Request) => request.headers.get("x-test-address") ?? undefined;
  const service = createTestService({ services: { addressOf } });
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, client) =>
      service.send(`${sessions}.csv`, { headers: { "x-test-address": `203.0.${client >> 8}.${client & 255}` } }),
    ),
  );
  const served = answers.filter(({ status }) => status === 200);
  expect(served).toHaveLength(20);
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused).toHaveLength(980);
  expect(await refused[0]?.json()).toMatchObject({ code: "exports_exhausted" });
  expect(service.calls()).toBeLessThanOrEqual(20 * 3);
  await Promise.all(served.map(async ({ body }) => body?.cancel()));
});

test("when the process ends, an export ends with what to go on with", async () => {
  const service = createTestService();
  let isEnded = false;
  const { text } = await readExport(service, `${sessions}.ndjson`, {}, () => {
    if (!isEnded) service.endStreams();
    isEnded = true;
  });
  const { rows, last } = linesOf(text);
  expect(last).toEqual({ complete: false, rows: rows.length, next: expect.any(String), retry_after: 1 });
  const rest = linesOf((await readExport(service, `${sessions}.ndjson?after=${last.next}`)).text);
  expect(rest.last.complete).toBe(true);
});

test("an export goes on for ten minutes at most, however slowly it is read, and can be gone on with", async () => {
  const service = createTestService();
  const { clock } = service;
  const startedAt = clock.now();
  const slowly = () => new Promise<void>((resolve) => void clock.timer(25_000, resolve));
  const one = linesOf((await readExport(service, `${sessions}.ndjson`, {}, slowly)).text);
  expect(one.last).toEqual({ complete: false, rows: one.rows.length, next: expect.any(String), retry_after: 1 });
  expect(clock.now() - startedAt).toBeLessThan(720_000);
  const other = linesOf((await readExport(service, `${sessions}.ndjson?after=${one.last.next}`)).text);
  expect(other.last.complete).toBe(true);
  const ids = [...one.rows, ...other.rows].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
