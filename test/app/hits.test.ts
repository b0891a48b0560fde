// A known question is answered without the router exactly as with it.
import { expect, test } from "vitest";
import type { Asked } from "../../src/service/answer.ts";
import { prepareRaw } from "../../src/http/headers.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { allowedOrigin, answerUnder, createTestService } from "../support/app.ts";
import type { TestService, TestServiceOptions } from "../support/app.ts";

const target = "/v1/apps/support/sessions?per_page=3";
const asked = (overrides: Partial<Asked> = {}): Asked => ({
  method: "GET",
  target,
  origin: undefined,
  ifNoneMatch: undefined,
  fetchSite: undefined,
  credentials: { authorization: undefined, accessAssertion: undefined },
  address: "192.0.2.1",
  ...overrides,
});
const defer = () => {};
/** The answer without the router, where it is there at once. */
function atOnce({ respond }: Pick<TestService, "respond">, request: Asked): Response | undefined {
  const answer = respond(request, defer);
  return answer instanceof Promise ? undefined : answer;
}

/** What is left of the allowance differs between any two requests, and the id does. */

async function seen(response: Response) {
  const headers = Object.fromEntries(response.headers);
  expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  if (response.status < 400) expect(headers["ratelimit"]).toMatch(/^"requests";r=\d+;t=\d+$/);
  const same = { ...headers, "x-request-id": "", ratelimit: "" };
  return { status: response.status, headers: same, body: await response.text() };
}

test("a hit is the same with and without the router, whatever origin and copy the client has", async () => {
  const { respond, send, clock } = createTestService({
    settings: { FRESH_LIVE_SECONDS: "600", FRESH_RECENT_SECONDS: "600" },
  });
  const etag = (await send(target)).headers.get("etag") ?? "";
  for (const origin of [undefined, allowedOrigin, "https://foreign.example", "null"]) {
    for (const ifNoneMatch of [undefined, etag, `W/${etag}`, "*", `"other", ${etag}`, '"other"', ""]) {
      await clock.advance(300);
      const short = atOnce({ respond }, asked({ origin, ifNoneMatch }));
      if (!short) throw new Error("no hit");
      const headers = {
        ...(origin !== undefined && { origin }),
        ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
      };
      expect(await seen(short)).toEqual(await seen(await send(target, { headers })));
    }
  }
});

test("each answer without the router has an id of its own, also under way at once", async () => {
  const { respond, send } = createTestService();
  await send(target);
  const answers = Array.from({ length: 3 }, () => atOnce({ respond }, asked()));
  expect(new Set(answers.map((answer) => answer?.headers.get("x-request-id"))).size).toBe(3);
  const raw = prepareRaw({ etag: '"x"' });
  const own = (id: string) => ({ "x-request-id": id, ratelimit: '"requests";r=1;t=1' });
  const [one, other] = [raw(200, null, own("one")), raw(200, null, own("other"))];
  expect([one.headers.at(-3), other.headers.at(-3)]).toEqual(["one", "other"]);
});

test("only a hit is answered at once", async () => {
  const { respond, send, clock } = createTestService();
  expect(atOnce({ respond }, asked())).toBeUndefined();
  await send(target);
  expect(atOnce({ respond }, asked())).toBeDefined();
  for (const method of ["HEAD", "OPTIONS", "POST", "get"])
    expect(atOnce({ respond }, asked({ method }))).toBeUndefined();
  for (const other of [`${target}&x=1`, `/${target}`, "/v1/apps/./support/sessions?per_page=3", target.toUpperCase()]) {
    expect(atOnce({ respond }, asked({ target: other }))).toBeUndefined();
  }
  await clock.advance(6_000);
  expect(atOnce({ respond }, asked())).toBeUndefined();
});

test("a target that was refused is never known", async () => {
  const { respond, send } = createTestService();
  for (const bad of [
    "/v1/apps/nobody/sessions",
    "/v1/apps/support/sessions?per_page=0",
    "/v1/apps/support/sessions/",
  ]) {
    expect((await send(bad)).status).toBeGreaterThanOrEqual(400);
    expect(atOnce({ respond }, asked({ target: bad }))).toBeUndefined();
  }
});

test("a client over its limit gets a 429 instead of a hit, with and without the router", async () => {
  const { respond, send } = createTestService({ settings: { CLIENT_REQUESTS_PER_MINUTE: "3" } });
  await send(target);
  expect(atOnce({ respond }, asked())).toBeDefined();
  expect(atOnce({ respond }, asked())).toBeDefined();
  expect(atOnce({ respond }, asked())?.status).toBe(429);
  expect((await send(target)).status).toBe(429);
  expect(atOnce({ respond }, asked({ address: "192.0.2.2" }))).toBeDefined();
});

/** Two services alike in everything, one of which is asked without the router. */
async function bothWays(
  options: TestServiceOptions,
  prepare: (service: TestService) => Promise<unknown>,
  overrides: Partial<Asked> = {},
) {
  const [one, other] = [createTestService(options), createTestService(options)];
  for (const service of [one, other]) await prepare(service);
  const request = asked(overrides);
  const pending = one.respond(request, defer);
  if (!pending) throw new Error("the question was not known");
  const short = await answerOnce(one, Promise.resolve(pending));
  const headers = {
    ...(request.origin !== undefined && { origin: request.origin }),
    ...(request.ifNoneMatch !== undefined && { "if-none-match": request.ifNoneMatch }),
    ...(request.fetchSite !== undefined && { "sec-fetch-site": request.fetchSite }),
  };
  const long = await other.send(target, { headers });
  return { short, long, lines: [one.lines.at(-1), other.lines.at(-1)] };
}

/** Moves time until it is there. */
async function answerOnce({ clock }: TestService, pending: Promise<Response>): Promise<Response> {
  return answerUnder(clock, { fetch: () => pending }, target);
}

/** Without what differs from request to request. */
async function alike(response: Response) {
  const { headers, ...rest } = await seen(response);
  const sent: Record<string, string> = headers;
  const body: unknown = rest.body === "" ? "" : JSON.parse(rest.body);
  const told = typeof body === "object" && body !== null ? { ...body, request_id: "" } : body;
  // Time moves in steps, by which the two may differ.
  const status = sent["cache-status"]?.replace(/-?\d+/, "");
  const moving = { "server-timing": "", "content-length": "", age: "", "retry-after": "", "cache-status": status };
  return { ...rest, body: told, headers: { ...headers, ...moving } };
}

const failing: FaultInput = { kind: "error", status: 500 };
const older = async ({ send, clock }: TestService) => {
  await send(target);
  await clock.advance(30_000);
};

test.each<[string, TestServiceOptions, (service: TestService) => Promise<unknown>, Partial<Asked>]>([
  ["a page that is fresh", {}, async ({ send }) => send(target), {}],
  ["a page that is stale", {}, older, {}],
  ["a page that is stale, for an allowed origin", {}, older, { origin: allowedOrigin }],
  [
    "a page that is too old to be shown at once",
    {},
    async ({ send, clock }) => {
      await send(target);
      await clock.advance(600_000);
    },
    {},
  ],
  [
    "an old page while the upstream fails",
    {},
    async ({ send, clock, simulator }) => {
      await send(target);
      await clock.advance(600_000);
      simulator.setFaults([failing]);
    },
    {},
  ],
  [
    "no page while the upstream fails",
    { settings: { STALE_IF_ERROR_SECONDS: "0", STALE_SECONDS: "0" } },
    async ({ send, clock, simulator }) => {
      await send(target);
      await clock.advance(600_000);
      simulator.setFaults([failing]);
    },
    {},
  ],
  [
    "a question of another site that nobody has a page for",
    { settings: { STALE_IF_ERROR_SECONDS: "0", STALE_SECONDS: "0" } },
    async ({ send, clock }) => {
      await send(target);
      await clock.advance(600_000);
    },
    { fetchSite: "cross-site" },
  ],
  [
    "a client that has asked too often",
    { settings: { CLIENT_REQUESTS_PER_MINUTE: "1" } },
    async ({ send }) => send(target),
    {},
  ],
])(
  "%s is answered the same with and without the router, with the same line in the log",
  async (_, options, prepare, overrides) => {
    const { short, long, lines } = await bothWays(options, prepare, overrides);
    expect(await alike(short)).toEqual(await alike(long));
    const [one, other] = lines.map((line) =>
      JSON.stringify({ ...line, request_id: "" }).replaceAll(/Ms":-?\d+|_ms":\d+/g, ""),
    );
    expect(one).toEqual(other);
  },
);
