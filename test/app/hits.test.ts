// The short way for hits says exactly what the long way says, or nothing.
import { expect, test } from "vitest";
import type { Asked } from "../../src/http/hits.ts";
import { prepareRaw } from "../../src/http/headers.ts";
import { allowedOrigin, createTestService } from "../support/app.ts";

const target = "/v1/apps/support/sessions?per_page=3";
const asked = (overrides: Partial<Asked> = {}): Asked => ({
  method: "GET",
  target,
  origin: undefined,
  ifNoneMatch: undefined,
  credentials: { authorization: undefined, accessAssertion: undefined },
  address: "192.0.2.1",
  ...overrides,
});
const defer = () => {};

/** What is left of the allowance differs between any two requests, and the id does. */

async function seen(response: Response) {
  const headers = Object.fromEntries(response.headers);
  expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers["ratelimit"]).toMatch(/^"requests";r=\d+;t=\d+$/);
  const alike = { ...headers, "x-request-id": "", ratelimit: "" };
  return { status: response.status, headers: alike, body: await response.text() };
}

test("a hit is the same the short way and the long way, whatever origin and copy the client has", async () => {
  const { hits, send, clock } = createTestService({
    settings: { FRESH_LIVE_SECONDS: "600", FRESH_RECENT_SECONDS: "600" },
  });
  const etag = (await send(target)).headers.get("etag") ?? "";
  for (const origin of [undefined, allowedOrigin, "https://foreign.example", "null"]) {
    for (const ifNoneMatch of [undefined, etag, `W/${etag}`, "*", `"other", ${etag}`, '"other"', ""]) {
      await clock.advance(300);
      const short = hits.answer(asked({ origin, ifNoneMatch }), defer);
      if (!short) throw new Error("no hit");
      const headers = {
        ...(origin !== undefined && { origin }),
        ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
      };
      expect(await seen(short)).toEqual(await seen(await send(target, { headers })));
    }
  }
});

test("each answer of the short way has an id of its own, also under way at once", async () => {
  const { hits, send } = createTestService();
  await send(target);
  const answers = Array.from({ length: 3 }, () => hits.answer(asked(), defer));
  expect(new Set(answers.map((answer) => answer?.headers.get("x-request-id"))).size).toBe(3);
  const raw = prepareRaw({ etag: '"x"' });
  const own = (id: string) => ({ "x-request-id": id, ratelimit: '"requests";r=1;t=1' });
  const [one, other] = [raw(200, null, own("one")), raw(200, null, own("other"))];
  expect([one.headers.at(-3), other.headers.at(-3)]).toEqual(["one", "other"]);
});

test("everything but a hit goes the long way", async () => {
  const { hits, send, clock } = createTestService();
  expect(hits.answer(asked(), defer)).toBeUndefined();
  await send(target);
  expect(hits.answer(asked(), defer)).toBeDefined();
  for (const method of ["HEAD", "OPTIONS", "POST", "get"])
    expect(hits.answer(asked({ method }), defer)).toBeUndefined();
  for (const other of [`${target}&x=1`, `/${target}`, "/v1/apps/./support/sessions?per_page=3", target.toUpperCase()]) {
    expect(hits.answer(asked({ target: other }), defer)).toBeUndefined();
  }
  await clock.advance(6_000);
  expect(hits.answer(asked(), defer)).toBeUndefined();
});

test("a target that was refused is never known to the short way", async () => {
  const { hits, send } = createTestService();
  for (const bad of [
    "/v1/apps/nobody/sessions",
    "/v1/apps/support/sessions?per_page=0",
    "/v1/apps/support/sessions/",
  ]) {
    expect((await send(bad)).status).toBeGreaterThanOrEqual(400);
    expect(hits.answer(asked({ target: bad }), defer)).toBeUndefined();
  }
});

test("a client over its limit gets no hit the short way, and its 429 the long way", async () => {
  const { hits, send } = createTestService({ settings: { CLIENT_REQUESTS_PER_MINUTE: "3" } });
  await send(target);
  expect(hits.answer(asked(), defer)).toBeDefined();
  expect(hits.answer(asked(), defer)).toBeDefined();
  expect(hits.answer(asked(), defer)).toBeUndefined();
  expect((await send(target)).status).toBe(429);
  expect(hits.answer(asked({ address: "192.0.2.2" }), defer)).toBeDefined();
});
