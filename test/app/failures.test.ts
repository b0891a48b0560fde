// Every failure there is, as it reaches a client: through a real cause where this version has one, else thrown inside a route.
import { generateKeyPair, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { createMisconfiguredApp, targetInUrl } from "../../src/app.ts";
import type { PageCache } from "../../src/cache/page-cache.ts";
import { AppError } from "../../src/ground/errors.ts";
import type { Failure, FailureCode } from "../../src/ground/errors.ts";
import { failureCodes, problemSlug, problemTable } from "../../src/http/problem-table.ts";
import type { Question } from "../../src/resources/question.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { allowedOrigin, answerUnder, createTestService, ownPath, sdkPath } from "../support/app.ts";
import type { TestServiceOptions } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { bearer, jwtAudience, jwtIssuer, keyed, serverKey, withKeysAt } from "../support/callers.ts";
import { createTestClock } from "../support/clock.ts";
import { loginDeployment } from "../support/login-settings.ts";
import { answerOf, parseObject, readDocument } from "../support/document.ts";

const init = { headers: { origin: allowedOrigin } };
const known = { headers: { ...init.headers, ...bearer(serverKey) } };
const document = readDocument();

/** The answer to the list of sessions where the upstream misbehaves. */
const underFault = (fault: FaultInput) => async (path: string) =>
  createTestService({ faults: [fault] }).send(path, init);

/** The last of several answers to different questions: what they add up to. */
const after = (times: number, options: TestServiceOptions) => async (path: string) => {
  const { send } = createTestService(options);
  for (let page = 1; page <= times; page += 1) await send(`${path}?page_no=${page}`);
  return send(`${path}?page_no=${times + 1}`, init);
};

const thrown = (error: Error) => async (path: string) => {
  const pages: PageCache<Question> = {
    peek: () => undefined,
    holds: () => false,
    async get() {
      throw error;
    },
    async once() {
      throw error;
    },
  };
  return createTestService({ services: { pages } }).send(path, init);
};

async function rsaToken(now: number): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  const iat = Math.floor(now / 1000);
  return new SignJWT({ sub: "user-1", iss: jwtIssuer, aud: jwtAudience, iat, exp: iat + 300 })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .sign(privateKey);
}

const misconfigured = async (path: string) => {
  const clock = createTestClock();
  return answerUnder(clock, createMisconfiguredApp({ clock, targetOf: targetInUrl, log: () => {} }), path, init);
};

/** What an entry answers with where no route is asked; the causes are in test/blackbox/node-refusals.test.ts. */
const unparsed = (failure: Failure) => async (path: string) =>
  createTestService().refuse({ method: "GET", target: path, origin: allowedOrigin }, failure);

const causes = {
  invalid_query: async (path) => createTestService().send(`${path}?per_page=0&colour=red`, init),
  meeting_required: async (path) =>
    createTestService({ settings: keyed({ meetings: ["one", "two"] }) }).send(path, known),
  unauthorized: async (path) => createTestService({ settings: keyed({}) }).send(path, init),
  async identity_unavailable(path) {
    const { send, clock } = createTestService({ settings: withKeysAt("https://login.example/keys") });
    const token = await rsaToken(clock.now());
    return send(path, { headers: { ...init.headers, ...bearer(token) } });
  },
  forbidden: async (path) =>
    createTestService({ settings: keyed({ when: { claim: "sub", equals: "another" } }) }).send(path, known),
  async not_first_party(path) {
    const rig = createTestService({ settings: loginDeployment });
    return rig.send(path, { headers: { ...init.headers, cookie: "__Host-rtkbff=x" } });
  },
  not_found: underFault({ kind: "error", status: 404 }),
  no_active_session: thrown(new AppError({ code: "no_active_session" })),
  method_not_allowed: async (path) => createTestService().send(path, { ...init, method: "DELETE" }),
  malformed_request: unparsed({ code: "malformed_request" }),
  request_timeout: unparsed({ code: "request_timeout" }),
  headers_too_large: unparsed({ code: "headers_too_large" }),
  too_large: unparsed({ code: "too_large" }),
  invalid_body: unparsed({ code: "invalid_body" }),
  unsupported_type: unparsed({ code: "unsupported_type" }),
  change_unrecorded: unparsed({ code: "change_unrecorded", retryAfterSeconds: 5 }),
  overloaded: unparsed({ code: "overloaded", retryAfterSeconds: 10 }),
  invalid_signature: unparsed({ code: "invalid_signature" }),
  webhook_unavailable: unparsed({ code: "webhook_unavailable", retryAfterSeconds: 30 }),
  rate_limited: after(1, { settings: { CLIENT_REQUESTS_PER_MINUTE: "1" } }),
  // The causes are in test/unit/streams.test.ts: only a stream is answered so.
  streams_exhausted: thrown(new AppError({ code: "streams_exhausted", retryAfterSeconds: 30 })),
  // The same of exports: test/unit/exports.test.ts.
  exports_exhausted: thrown(new AppError({ code: "exports_exhausted", retryAfterSeconds: 15 })),
  upstream_limited: underFault({ kind: "error", shape: "v4", status: 429, retryAfter: "300" }),
  budget_spent: after(3, { settings: { UPSTREAM_BUDGET_REQUESTS: "2" } }),
  circuit_open: after(30, { faults: [{ kind: "error", status: 500 }] }),
  upstream_unauthorized: underFault({ kind: "error", shape: "v4", status: 401, code: 10_000 }),
  upstream_failed: underFault({ kind: "error", shape: "html", status: 520 }),
  upstream_malformed: underFault({ kind: "body", form: "truncated" }),
  upstream_timeout: underFault({ kind: "hang" }),
  misconfigured,
  internal: thrown(new TypeError("a message with a secret in it")),
} satisfies Record<FailureCode, (path: string) => Promise<Response>>;

const cases = failureCodes.flatMap((code) => [ownPath, sdkPath].map((path) => ({ code, path, cause: causes[code] })));

/** What of a problem differs from case to case. */
const details: Partial<Record<FailureCode, string>> = {
  invalid_query: "per_page must be an integer from 1 to 100; 1 more in errors.",
  rate_limited: "This client made 1 requests within 60 s, its limit; Retry-After says when it may ask again.",
};

describe.each(cases)("$code at $path", ({ code, path, cause }) => {
  test("is the row of the table, as one body for everybody", async () => {
    const response = await cause(path);
    const answer = await answerOf("GET", response);
    const row = problemTable[code];
    const detail = details[code] ?? row.detail;
    expect(answer.status).toBe(row.status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    // Which origins are allowed is part of the configuration.
    expectOurHeaders(response, code === "misconfigured" ? undefined : allowedOrigin);
    expect(parseObject(answer.body)).toMatchObject({
      type: `/problems/${problemSlug(code)}`,
      title: row.title,
      status: row.status,
      detail,
      instance: path,
      code,
      request_id: answer.headers.get("x-request-id"),
      success: false,
      messages: [],
      message: detail,
    });
    expect(answer.body).not.toMatch(/secret|simulator/i);
  });

  test("keeps to the document where the document knows its status", async () => {
    const answer = await answerOf("GET", await cause(path));
    // Not an answer to a method that the document lists, or to no request at all.
    const undocumented = [405, 408, 413, 415, 431].includes(answer.status);
    expect(document.violations(path, answer)).toEqual(
      undocumented ? [`status ${answer.status} is not documented for ${path}`] : [],
    );
  });
});

test.each(["identity_unavailable", "upstream_limited", "budget_spent", "circuit_open", "rate_limited"] as const)(
  "%s says when to come back, in 1 to 59 seconds",
  async (code) => {
    const response = await causes[code](ownPath);
    const seconds = Number(response.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(59);
  },
);

test.each([Number.NaN, -1, 0, 0.2, 61, 1e9, Infinity])(
  "a wait of %s seconds is never told as it is",
  async (seconds) => {
    const failure: Failure = { code: "circuit_open", retryAfterSeconds: seconds };
    const response = await thrown(new AppError(failure))(ownPath);
    expect(response.headers.get("retry-after")).toMatch(/^(?:[1-9]|[1-5][0-9])$/);
  },
);

test.each(["upstream_unauthorized", "upstream_failed", "upstream_malformed"] as const)(
  "%s tells the official SDKs not to repeat the request",
  async (code) => {
    const response = await causes[code](ownPath);
    expect(response.headers.get("x-should-retry")).toBe("false");
  },
);

test("an invalid query names every offender at once", async () => {
  const { errors } = parseObject(await (await causes.invalid_query(ownPath)).text());
  expect(errors).toEqual([
    expect.objectContaining({ code: 4001, parameter: "per_page" }),
    expect.objectContaining({ code: 4001, parameter: "colour" }),
  ]);
});

test("while the configuration can't be read the service is alive, not ready, and nothing else", async () => {
  const expected: [path: string, status: number][] = [
    ["/healthz", 200],
    ["/readyz", 503],
    ["/openapi.json", 500],
    ["/docs", 500],
    [ownPath, 500],
    ["/anything", 500],
  ];
  for (const [path, status] of expected) {
    const response = await misconfigured(path);
    expect([path, response.status]).toEqual([path, status]);
    expectOurHeaders(response);
    if (document.operationAt(path)) expect(document.violations(path, await answerOf("GET", response))).toEqual([]);
  }
});

test.each([
  `${ownPath}%zz`,
  `${ownPath}"<>^|\``,
  `/${"a%20".repeat(200)}`,
  "//evil.example/path",
  "///evil.example",
  "/[::1]",
])("the instance of a problem at %s is a path of this service that may be shown", async (target) => {
  const { send } = createTestService();
  const answer = await answerOf("GET", await send(target));
  expect(answer.status).toBe(404);
  expect(document.violations("/healthz", answer)).toEqual([]);
  expect(parseObject(answer.body)["instance"]).toMatch(/^\/(?!\/)/);
});
