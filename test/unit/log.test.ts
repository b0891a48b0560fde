import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createLog, gravestIn, reportTo } from "../../src/ground/log.ts";
import type { LogLine } from "../../src/ground/log.ts";
import { levels } from "../../src/ground/log-levels.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createTestClock } from "../support/clock.ts";

const secret = "planted-token-0123456789-0123456789-abc";

function written(line: LogLine, secrets: readonly string[] = [secret]): string {
  const lines: string[] = [];
  createLog((text) => lines.push(text), { clock: createTestClock(), secrets })(line);
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

const failed = (reason: string): LogLine => ({
  kind: "event",
  part: "node",
  event: { type: "request.failed", reason },
});

const Line = z.object({ kind: z.string(), event: z.object({ type: z.string(), reason: z.string() }) });
const reasonIn = (text: string) => Line.parse(JSON.parse(text)).event.reason;

describe("a line", () => {
  it("is one JSON document without a line break, whatever an event holds", () => {
    const odd = 'a\nb\r\u2028"}\u001b[31m\\';
    const text = written(failed(odd));
    for (const character of ["\n", "\r", "\u001b"]) expect(text).not.toContain(character);
    expect(reasonIn(text)).toBe(odd);
  });

  it("holds everything about a request", () => {
    const line: LogLine = {
      kind: "request",
      request_id: "id",
      app: "support",
      limit: "budget",
      method: "GET",
      route: "/v1/apps/:app/sessions",
      status: 502,
      duration_ms: 12,
      events: [{ type: "load.failed", code: "upstream_failed", durationMs: 11 }],
    };
    expect(JSON.parse(written(line))).toEqual({ time: "2026-11-22T10:00:00.000Z", level: "warn", ...line });
  });

  it("about an event names the app and the request that it came of, where these are known", () => {
    const lines: string[] = [];
    const report = reportTo(
      createLog((text) => lines.push(text), { clock: createTestClock() }),
      "shield",
    );
    report({ type: "load.failed", code: "upstream_failed", durationMs: 1 }, { app: "support", requestId: "id" });
    report({ type: "redis.lost", reason: "late" });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        time: "2026-11-22T10:00:00.000Z",
        level: "warn",
        kind: "event",
        part: "shield",
        app: "support",
        request_id: "id",
        event: { type: "load.failed", code: "upstream_failed", durationMs: 1 },
      },
      {
        time: "2026-11-22T10:00:00.000Z",
        level: "error",
        kind: "event",
        part: "shield",
        event: { type: "redis.lost", reason: "late" },
      },
    ]);
  });
});

describe("the last resort", () => {
  it.each([
    ["the token", secret, secret],
    ["a token twice in a text", `x${secret}y${secret}z`, secret],
    ["a secret with quotes, backslashes and breaks", 'p"a\\s\ns word', 'p"a\\s\ns word'],
    ["a secret of special characters of patterns", "$&.*+?^(){}[]|", "$&.*+?^(){}[]|"],
  ])("cuts out %s", (_, text, planted) => {
    const line = written(failed(text), ["other-secret", planted]);
    expect(line).toContain("[redacted]");
    expect(reasonIn(line)).not.toContain(planted);
  });

  it.each([
    ["a bearer token", "Bearer abc.def-ghi~jkl+/=="],
    ["a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"],
    ["a user token of the API", `cfut_${"a1B2".repeat(10)}`],
    ["an account token of the API", `cfat_${"a1B2".repeat(10)}`],
    ["a key of the API", `cfk_${"a1B2".repeat(10)}`],
  ])("cuts out %s, and leaves a line that can be read", (_, planted) => {
    const line = written(failed(`before ${planted} after`), []);
    const reason = reasonIn(line);
    expect(reason).toContain("[redacted]");
    expect(reason.startsWith("before ")).toBe(true);
    for (const piece of planted.split(/\s/)) if (piece.length > 6) expect(reason).not.toContain(piece);
  });

  it("leaves everything else as it is", () => {
    for (const text of ["bearer", "Bearer", "eyJ", "cfut_short", "[redacted]", "not_found"]) {
      expect(reasonIn(written(failed(text)))).toBe(text);
    }
  });
});

const event = (of: Event): LogLine => ({ kind: "event", part: "node", event: of });
const request = (status: number, ...events: Event[]): LogLine => ({
  kind: "request",
  request_id: "id",
  method: "GET",
  route: "/",
  status,
  duration_ms: 1,
  events,
});
const refused = (code: string) => request(400, { type: "request.refused", code });

describe("the level of a line", () => {
  it.each<[string, LogLine]>([
    ["debug", event({ type: "cache.hit", from: "memory", ageMs: 1, ttlMs: 1 })],
    ["debug", event({ type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "revalidating" })],
    ["info", event({ type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "deadline" })],
    ["warn", event({ type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "failed" })],
    ["error", event({ type: "redis.lost", reason: "late" })],
    ["debug", request(200)],
    ["debug", request(200, { type: "cache.missed" }, { type: "load.served", via: "fetched", durationMs: 1 })],
    ["info", refused("not_found")],
    [
      "error",
      request(500, { type: "request.failed", reason: "TypeError" }, { type: "request.refused", code: "internal" }),
    ],
  ])("is %s", (level, line) => {
    expect(gravestIn(line).level).toBe(level);
  });

  it("decides with LOG_LEVEL which lines are written", () => {
    const all = [
      event({ type: "cache.missed" }),
      event({ type: "node.draining" }),
      event({ type: "budget.refused", lane: "cold", left: 0, retryAfterSeconds: 1 }),
      event({ type: "breaker.opened", forMs: 1 }),
    ];
    for (const [place, level] of levels.entries()) {
      const lines: string[] = [];
      const log = createLog((text) => lines.push(text), { clock: createTestClock(), level });
      for (const line of all) log(line);
      const levelsWritten = lines.map((line) => z.object({ level: z.string() }).parse(JSON.parse(line)).level);
      expect(levelsWritten).toEqual(levels.slice(place));
    }
  });
});

describe("a flood", () => {
  const Counts = z.object({
    level: z.string(),
    kind: z.literal("counts"),
    for_ms: z.number(),
    counts: z.record(z.string(), z.number()),
  });

  function rig(options: { level?: "debug" | "info"; hasTimer?: boolean } = {}) {
    const lines: string[] = [];
    const clock = createTestClock();
    const { hasTimer = true, level = "info" } = options;
    const log = createLog((text) => lines.push(text), { clock: hasTimer ? clock : { now: clock.now }, level });
    const counts = () => lines.flatMap((line) => (line.includes('"counts"') ? [Counts.parse(JSON.parse(line))] : []));
    return { lines, clock, log, counts };
  }
  const times = (count: number, act: () => void) => {
    for (let done = 0; done < count; done += 1) act();
  };

  it("has ten lines of a kind, then its count a second later", async () => {
    const { lines, clock, log, counts } = rig();
    times(20_000, () => log(refused("unauthorized")));
    expect(lines).toHaveLength(10);
    await clock.advance(1_000);
    expect(counts()).toEqual([{ level: "info", kind: "counts", for_ms: 1_000, counts: { unauthorized: 19_990 } }]);
    expect(lines).toHaveLength(11);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("that goes on is told ever less often, up to once a minute, and has ten lines a minute", async () => {
    const { lines, clock, log, counts } = rig();
    for (let second = 0; second < 600; second += 1) {
      times(100, () => log(refused("unauthorized")));
      await clock.advance(1_000);
    }
    log.flush();
    const told = counts();
    expect(told.length).toBeLessThanOrEqual(6 + 10 + 1);
    const writtenCount = lines.length - told.length;
    expect(writtenCount).toBeLessThanOrEqual(10 + 100);
    expect(told.reduce((sum, one) => sum + (one.counts["unauthorized"] ?? 0), 0) + writtenCount).toBe(60_000);
  });

  it("that begins anew after a quiet time is told within a second again", async () => {
    const { clock, log, counts } = rig();
    for (let round = 0; round < 3; round += 1) {
      times(100, () => log(refused("forbidden")));
      await clock.advance(1_000);
      expect(counts()).toHaveLength(round + 1);
      await clock.advance(600_000);
    }
  });

  it("of one kind leaves the lines of every other as they are, and counts each by its reason at the gravest level", async () => {
    const { lines, clock, log, counts } = rig();
    times(1_000, () => {
      log(refused("rate_limited"));
      log(request(502, { type: "load.failed", code: "upstream_failed", durationMs: 1 }));
      log(event({ type: "budget.refused", lane: "cold", left: 0, retryAfterSeconds: 1 }));
    });
    log(refused("invalid_query"));
    times(50, () => log(event({ type: "redis.lost", reason: "late" })));
    expect(lines).toHaveLength(3 * 10 + 1 + 50);
    await clock.advance(1_000);
    expect(counts()).toMatchObject([
      { level: "warn", counts: { rate_limited: 990, "load.failed": 990, "budget.refused": 990 } },
    ]);
  });

  it("is told with the next line, whatever that is, where there is no timer; and at the end by a flush", async () => {
    const { lines, clock, log, counts } = rig({ hasTimer: false });
    times(100, () => log(refused("not_found")));
    await clock.advance(5_000);
    expect(lines).toHaveLength(10);
    log(event({ type: "node.draining" }));
    expect(counts()).toMatchObject([{ for_ms: 5_000, counts: { not_found: 90 } }]);
    times(5, () => log(refused("not_found")));
    log.flush();
    log.flush();
    expect(counts()).toHaveLength(2);
  });

  it("is written line by line on the level debug", () => {
    const { lines, log } = rig({ level: "debug" });
    times(1_000, () => log(refused("unauthorized")));
    expect(lines).toHaveLength(1_000);
  });

  it("does not keep a kind silent for longer after the clock was set back", () => {
    const lines: string[] = [];
    let now = Date.UTC(2026, 10, 22);
    const log = createLog((text) => lines.push(text), { clock: { now: () => now } });
    times(20, () => log(refused("unauthorized")));
    now -= 86_400_000;
    times(5, () => log(refused("unauthorized")));
    now += 70_000;
    const before = lines.length;
    times(10, () => log(refused("unauthorized")));
    expect(lines.length - before).toBeGreaterThanOrEqual(10);
  });
});
