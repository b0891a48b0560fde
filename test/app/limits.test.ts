// What one client may cost: requests, and questions that nobody has a page of.
import { expect, test } from "vitest";
import { createTestService } from "../support/app.ts";

const path = (name: string) => `/v1/apps/support/sessions?search=${name}`;

test("a client that asks ever new questions is told to slow down, and may go on reading the pages there are", async () => {
  const { send, calls } = createTestService({ settings: { CLIENT_MISSES_PER_MINUTE: "5", FRESH_LIVE_SECONDS: "600" } });
  for (let question = 0; question < 5; question += 1) expect((await send(path(`q${question}`))).status).toBe(200);
  const refused = await send(path("q5"));
  expect(refused.status).toBe(429);
  expect(refused.headers.get("ratelimit-policy")).toBe('"misses";q=5;w=60');
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(calls()).toBe(5);
  for (let question = 0; question < 5; question += 1) expect((await send(path(`q${question}`))).status).toBe(200);
  expect(calls()).toBe(5);
});

test("many clients behind one address may open the same new page at once", async () => {
  const { send, calls } = createTestService({ settings: { CLIENT_MISSES_PER_MINUTE: "1" } });
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(path("same"))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(calls()).toBe(1);
});

test("a client that waits may ask a new question again", async () => {
  const { send, clock } = createTestService({ settings: { CLIENT_MISSES_PER_MINUTE: "1" } });
  expect((await send(path("one"))).status).toBe(200);
  expect((await send(path("two"))).status).toBe(429);
  await clock.advance(60_000);
  expect((await send(path("two"))).status).toBe(200);
});
