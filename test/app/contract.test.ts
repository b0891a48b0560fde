// The document against the service: every operation, driven with generated requests over the simulator.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failureCodes, problemSlug } from "../../src/http/problem-table.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { rowFaultNames, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { allowedOrigin, createTestService, ownPath, sdkPath } from "../support/app.ts";
import { answerOf, parseObject, readDocument } from "../support/document.ts";
import type { Answer, Operation } from "../support/document.ts";
import { findIds } from "../support/family.ts";
import { brokenQuestion, lostQuestion, validQuestion } from "../support/questions.ts";
import type { KnownPaths } from "../support/questions.ts";

const whole = readDocument();
/** Nobody logs in here: `login.test.ts` holds that answer against the document. */
const document = { ...whole, operations: whole.operations.filter(({ id }) => id !== "getMe") };
const service = createTestService();
const apps = [...service.config.apps].flat();
const known: KnownPaths = {
  app: apps,
  app_id: apps,
  account_id: ["_", SIMULATOR_ACCOUNT_ID],
  code: failureCodes.map(problemSlug),
};
/** Of the app that the ids are of: their paths lead nowhere in another one. */
const ids = await findIds(service, "/v1/apps/support");
const [ownAppId = ""] = service.config.apps.values();
const idsOf = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, [id]]));
const knownFor = ({ path }: Operation): KnownPaths =>
  /\{(?:session|meeting|participant|peer)_id\}/.test(path)
    ? { ...known, app: ["support"], app_id: [ownAppId], ...idsOf }
    : known;
const requestsMin = 500;
const seed = 20_261_123;
let requests = 0;

const withQuery = document.operations.filter(({ parameters }) =>
  parameters.some((parameter) => parameter.in === "query"),
);
const withPath = document.operations.filter(({ parameters }) =>
  parameters.some((parameter) => parameter.in === "path"),
);
const namesOf = (operations: readonly Operation[]) => operations.map((operation) => ({ operation, id: operation.id }));

const method = fc.constantFrom("GET", "GET", "HEAD");
const requestFields = fc.record(
  {
    origin: fc.constantFrom(allowedOrigin, "https://other.example", "null"),
    "if-none-match": fc.constantFrom("*", '"x"', 'W/"x", "y"', "junk", ""),
    accept: fc.constantFrom("application/json", "text/html", "*/*"),
  },
  { requiredKeys: [] },
);

async function ask(target: string, init: { method: string; headers: Record<string, string> }): Promise<Answer> {
  requests += 1;
  // Time passes, so that neither the account's budget nor the breaker has a say in what is tested here.
  if (requests % 400 === 0) await service.clock.advance(300_000);
  return answerOf(init.method, await service.send(target, init));
}

const pathOf = (target: string) => target.split("?", 1)[0] ?? "";

describe("over a healthy upstream", () => {
  test.each(namesOf(document.operations))(
    "$id answers every valid request as documented, and never with an error",
    async ({ operation }) => {
      const runs = { numRuns: withQuery.includes(operation) ? 60 : 20, seed };
      await fc.assert(
        fc.asyncProperty(
          validQuestion(operation, knownFor(operation)),
          method,
          requestFields,
          async ({ target }, verb, fields) => {
            const answer = await ask(target, { method: verb, headers: fields });
            expect(document.violations(pathOf(target), answer)).toEqual([]);
            // In a meeting that went on when this began, nobody may be in any more.
            if (answer.status === 404)
              expect(parseObject(answer.body || "{}")["code"] ?? verb).toMatch(/^(?:no_active_session|HEAD)$/);
            else expect(answer.status).toBe(fields["if-none-match"] === "*" && answer.headers.has("etag") ? 304 : 200);
          },
        ),
        runs,
      );
    },
  );

  test.each(namesOf(withQuery))(
    "$id answers a broken query with a 400 that names the offender and costs no upstream call",
    async ({ operation }) => {
      await fc.assert(
        fc.asyncProperty(
          brokenQuestion(operation, knownFor(operation)),
          requestFields,
          async ({ target, offender }, fields) => {
            const before = service.calls();
            const answer = await ask(target, { method: "GET", headers: fields });
            expect(document.violations(pathOf(target), answer)).toEqual([]);
            expect(answer.status).toBe(400);
            expect(parseObject(answer.body)["errors"]).toContainEqual(expect.objectContaining({ parameter: offender }));
            expect(service.calls()).toBe(before);
          },
        ),
        { numRuns: 60, seed },
      );
    },
  );

  test.each(namesOf(withPath))(
    "$id answers a path that nothing is configured for with a 404 that costs no upstream call",
    async ({ operation }) => {
      await fc.assert(
        fc.asyncProperty(
          lostQuestion(operation, knownFor(operation)),
          method,
          requestFields,
          async ({ target }, verb, fields) => {
            const before = service.calls();
            const answer = await ask(target, { method: verb, headers: fields });
            expect(answer.status).toBe(404);
            // A value with a slash in it is no longer a path of this operation, but its answer is the same one.
            expect(document.violations(operation.path.replaceAll(/\{\w+\}/g, "x"), answer)).toEqual([]);
            expect(service.calls()).toBe(before);
          },
        ),
        { numRuns: 30, seed },
      );
    },
  );
});

test(`${requestsMin} requests or more were made`, () => {
  expect(requests).toBeGreaterThanOrEqual(requestsMin);
});

const mebibyte = 1_048_576;
const faults: readonly FaultInput[] = [
  ...[400, 401, 403, 404, 408, 429, 500, 502, 503, 520, 599].flatMap((status): FaultInput[] =>
    (["realtimekit", "v4", "message", "html", "empty"] as const).map((shape) => ({ kind: "error", shape, status })),
  ),
  ...(
    [
      "html",
      "not-json",
      "empty",
      "truncated",
      "bom",
      "trailing-junk",
      "nan",
      "duplicate-keys",
      "deep",
      "proto",
      "top-level-array",
      "top-level-null",
      "data-missing",
      "data-null",
      "data-array",
      "sessions-missing",
      "sessions-object",
      "success-false",
      "success-missing",
    ] as const
  ).map((form): FaultInput => ({ kind: "body", form })),
  ...rowFaultNames.flatMap((fault): FaultInput[] =>
    (["first", "all"] as const).map((which) => ({ kind: "rows", fault, which })),
  ),
  ...(
    ["missing", "in-data", "zero-based", "strings", "null", "negative", "contradicting", "empty-object"] as const
  ).map((form): FaultInput => ({ kind: "paging", form })),
  { kind: "latency", latencyMs: 700 },
  { kind: "latency", latencyMs: 20_000 },
  { kind: "hang", before: "headers" },
  { kind: "hang", before: "body" },
  { kind: "slow-body", bytes: 64, intervalMs: 1000 },
  { kind: "cut-body" },
  { kind: "reset" },
  { kind: "content-type", value: "text/plain" },
  { kind: "huge-body", bytes: 9 * mebibyte },
  { kind: "redirect", to: "same" },
  { kind: "redirect", to: "other" },
  { kind: "echo", status: 403 },
  { kind: "empty-list" },
  { kind: "ended-at-absent" },
];

describe("over a failing upstream", () => {
  const named = faults.map((fault) => ({ fault, name: Object.values(fault).join(" ") }));

  test.each(named)("$name becomes a page or a documented error, at both mounts alike", async ({ fault }) => {
    const { send } = createTestService({ faults: [fault] });
    const statuses = new Set<number>();
    for (const path of [ownPath, sdkPath]) {
      const answer = await answerOf("GET", await send(path));
      expect(document.violations(path, answer)).toEqual([]);
      // An app that is configured but that the upstream does not know is a 404 too.
      expect([200, 404, 502, 503, 504]).toContain(answer.status);
      statuses.add(answer.status);
    }
    expect(statuses.size).toBe(1);
  });
});

test("a page that shows meta keeps to the document too", async () => {
  const { send } = createTestService({ settings: { EXPOSE_META: "true" } });
  const answer = await answerOf("GET", await send(`${ownPath}?per_page=100`));
  expect(answer.body).toContain('"meta":{');
  expect(document.violations(ownPath, answer)).toEqual([]);
});

describe("the judge of this test", () => {
  const changed = async (change: (answer: Answer) => Partial<Answer>) => {
    const answer = await answerOf("GET", await createTestService().send(ownPath));
    return document.violations(ownPath, { ...answer, ...change(answer) });
  };
  const without = (headers: Headers, name: string) => new Headers([...headers].filter(([other]) => other !== name));
  const withHeader = (headers: Headers, name: string, value: string) =>
    new Headers([...without(headers, name), [name, value]]);

  test.each<[string, (answer: Answer) => Partial<Answer>]>([
    ["a status", () => ({ status: 418 })],
    ["a header", ({ headers: own }) => ({ headers: withHeader(own, "server", "x") })],
    ["the lack of a header", ({ headers: own }) => ({ headers: without(own, "etag") })],
    ["a header of another type", ({ headers: own }) => ({ headers: withHeader(own, "age", "soon") })],
    ["a content type", ({ headers: own }) => ({ headers: withHeader(own, "content-type", "text/html") })],
    ["a further field", ({ body }) => ({ body: body.replace('"success":true', '"success":true,"extra":1') })],
    ["a missing field", ({ body }) => ({ body: body.replace('"dropped_count":0', '"dropped_count":null') })],
    ["a malformed value", ({ body }) => ({ body: body.replace(/"started_at":"[^"]*"/, '"started_at":"yesterday"') })],
  ])("finds %s that is not documented", async (_name, change) => {
    expect(await changed(change)).toHaveLength(1);
    expect(await changed(() => ({}))).toEqual([]);
  });
});
