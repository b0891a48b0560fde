// Five thousand requests made from the document and broken at random: every operation, method, parameter and header. Whatever comes, the
// answer is one that the document has, carries headers of our list alone, and is never a 500. A failure prints its seed.
import fc from "fast-check";
import { expect, it } from "vitest";
import { loginPaths } from "../../src/http/login-routes.ts";
import { failureCodes, problemSlug } from "../../src/http/problem-table.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { allowedOrigin, createTestService, ownPath } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { foreignOrigins, methodsRefused, requestHeaders } from "../support/corpora.ts";
import { answerOf, parseObject, readDocument } from "../support/document.ts";
import { findIds } from "../support/family.ts";
import { brokenQuestion, lostQuestion, validQuestion } from "../support/questions.ts";
import type { KnownPaths } from "../support/questions.ts";

const requestCount = 5_000;
const document = readDocument();
const open = createTestService();
const locked = createTestService({ settings: keyed() });
const apps = [...open.config.apps].flat();
const known: KnownPaths = {
  app: apps,
  app_id: apps,
  account_id: ["_", SIMULATOR_ACCOUNT_ID],
  code: failureCodes.map(problemSlug),
  ...Object.fromEntries(Object.entries(await findIds(open, "/v1/apps/support")).map(([name, id]) => [name, [id]])),
};

const isIn = (place: string) => (operation: (typeof document.operations)[number]) =>
  operation.parameters.some((parameter) => parameter.in === place);
const anyOf = <Value>(arbitraries: readonly fc.Arbitrary<Value>[]) => fc.oneof(...arbitraries);

const valid = anyOf(document.operations.map((operation) => validQuestion(operation, known))).map(
  ({ target }) => target,
);
const broken = anyOf(
  document.operations.filter(isIn("query")).map((operation) => brokenQuestion(operation, known)),
).map(({ target }) => target);
const lost = anyOf(document.operations.filter(isIn("path")).map((operation) => lostQuestion(operation, known))).map(
  ({ target }) => target,
);

/** Characters that mean something to somebody on the way, and any others. */
const piece = fc.oneof(
  fc.constantFrom(
    ..."/?#&=;:@%+.,~!*'()[]{}<>|\\^`\"$ _-0aZ\u0000\t\n\r\u001b\u007f",
    "%00",
    "%2f",
    "%2e%2e",
    "..",
    "//",
    "%",
    "%zz",
    "%ff",
    "\u2028",
    "\ud800",
    "\u212a",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);
/** A good request with something put in, or taken out, at some place after its first slash. */
const mangled = fc
  .tuple(fc.oneof(valid, broken), fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { minLength: 1, maxLength: 3 }))
  .map(([target, changes]) =>
    changes.reduce((text, [where, cut, put]) => {
      const at = 1 + (where % Math.max(1, text.length));
      return text.slice(0, at) + put + text.slice(at + cut);
    }, target),
  );
const anything = fc.array(piece, { maxLength: 40 }).map((pieces) => `/${pieces.join("")}`);
const target = fc.oneof(
  { arbitrary: valid, weight: 4 },
  { arbitrary: broken, weight: 3 },
  lost,
  { arbitrary: mangled, weight: 3 },
  anything,
);

const method = fc.oneof(
  { arbitrary: fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS"), weight: 6 },
  fc.constantFrom(...methodsRefused),
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/),
);
const headerValue = fc.oneof(
  fc.constantFrom("", "*", "null", '"x"', 'W/"x", "y"', "a".repeat(9_000), "GET", "bytes=0-0"),
  fc.stringMatching(/^[\x21-\x7e\xa0-\xff]{0,40}$/),
);
/** What we read ourselves comes often, what we only might read seldom. */
const readNames = [
  "if-none-match",
  "sec-fetch-site",
  "authorization",
  "access-control-request-method",
  "access-control-request-headers",
];
const headers = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...Object.keys(requestHeaders)), headerValue, { maxKeys: 4 }),
    fc.dictionary(fc.constantFrom(...readNames), headerValue, { maxKeys: 2 }),
    fc.oneof(
      fc.constant({}),
      fc.constantFrom(allowedOrigin, ...foreignOrigins).map((origin) => ({ origin })),
    ),
    fc.oneof({ arbitrary: fc.constant({}), weight: 9 }, fc.constant({ "if-none-match": "*" })),
  )
  .map((parts): Record<string, string> => Object.assign({}, ...parts));

/** Everybody may ask the one service, only a server the other. */
const caller = fc.constantFrom(
  { service: open, credentials: {} },
  { service: locked, credentials: {} },
  { service: locked, credentials: bearer(serverKey) },
);

/** Mostly none; else what the next call upstream meets. */
const fault = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 9 },
  fc.constantFrom<FaultInput>(
    { kind: "error", status: 500, times: 1 },
    { kind: "error", status: 401, times: 1 },
    { kind: "reset", times: 1 },
    { kind: "body", form: "html", times: 1 },
    { kind: "rows", times: 1 },
    { kind: "empty-list", times: 1 },
  ),
);

let asked = 0;
const statuses = new Set<number>();

it(`answers ${requestCount} requests made at random as documented, and none with a 500`, async () => {
  await fc.assert(
    fc.asyncProperty(target, method, headers, fault, caller, async (asking, verb, others, next, who) => {
      const { service, credentials } = who;
      const fields = { ...others, ...credentials };
      asked += 1;
      // Time passes, so that neither the budget nor the breaker has the last word.
      if (asked % 200 === 0) for (const { clock } of [open, locked]) await clock.advance(300_000);
      service.simulator.setFaults(next ? [next] : []);
      const response = await service.send(asking, { method: verb, headers: fields });
      expectOurHeaders(response, new Headers(fields).get("origin") ?? undefined);
      const answer = await answerOf(verb, response);
      statuses.add(answer.status);
      expect(answer.status).not.toBe(500);

      const [path = ""] = asking.split(/[?#]/, 1);
      const isRead = verb === "GET" || verb === "HEAD";
      // Nobody logs in here.
      if (isRead && document.operationAt(path) && path !== loginPaths.me) {
        expect({ asking, wrong: document.violations(path, answer) }).toEqual({ asking, wrong: [] });
      } // Nothing there looks the same for every method.
      else if (answer.status === 404) {
        const asRead = { ...answer, method: isRead ? verb : "GET" };
        expect(document.violations(ownPath, asRead)).toEqual([]);
      } else if (answer.status === 405)
        expect(parseObject(answer.body)).toMatchObject({ status: 405, code: "method_not_allowed" });
      else expect([200, 204, 302]).toContain(answer.status);
      if (verb === "HEAD") expect(answer.body).toBe("");
    }),
    { numRuns: requestCount },
  );
});

it("has met every kind of answer on the way", () => {
  expect(asked).toBeGreaterThanOrEqual(requestCount);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 304, 400, 401, 404, 405, 502]));
});
