import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createLog, isRoutine } from "../../src/log.ts";
import type { LogLine } from "../../src/log.ts";
import type { Event } from "../../src/runtime.ts";

const secret = "planted-token-0123456789-0123456789-abc";

function written(line: LogLine, secrets: readonly string[] = [secret]): string {
  const lines: string[] = [];
  createLog((text) => lines.push(text), secrets)(line);
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
      method: "GET",
      route: "/v1/apps/:app/sessions",
      status: 502,
      duration_ms: 12,
      events: [{ type: "load.failed", code: "upstream_failed", durationMs: 11 }],
    };
    expect(JSON.parse(written(line))).toEqual(line);
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

describe("what is routine", () => {
  const routine: readonly Event[] = [
    { type: "cache.hit", from: "memory", ageMs: 1, ttlMs: 1 },
    { type: "cache.missed" },
    { type: "load.served", via: "fetched", durationMs: 1 },
    { type: "load.completed", via: "joined", durationMs: 1 },
    { type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "revalidating" },
  ];
  const telling: readonly Event[] = [
    { type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "failed" },
    { type: "cache.servedStale", ageMs: 1, ttlMs: 1, because: "deadline" },
    { type: "upstream.answered", status: 200, durationMs: 1 },
    { type: "redis.lost", reason: "late" },
    { type: "redis.recovered", afterMs: 1 },
    { type: "budget.closed", forSeconds: 1 },
    { type: "node.draining" },
  ];

  it("is that the cache did its work", () => {
    expect(routine.filter((event) => !isRoutine(event))).toEqual([]);
  });

  it("is nothing that went wrong or cost a call", () => {
    expect(telling.filter(isRoutine)).toEqual([]);
  });
});
