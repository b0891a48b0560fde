// What one client may cost: its share of the budget, for new questions and renewals together.
import { expect, test } from "vitest";
import { createTestService, mayCause } from "../support/app.ts";

const path = (name: string) => `/v1/apps/support/sessions?search=${name}`;

test("a client that asks ever new questions is told to slow down, and may go on reading the pages there are", async () => {
  const { send, calls, lines } = createTestService({ settings: { ...mayCause(5), FRESH_LIVE_SECONDS: "600" } });
  for (let question = 0; question < 5; question += 1) expect((await send(path(`q${question}`))).status).toBe(200);
  const refused = await send(path("q5"));
  expect(refused.status).toBe(429);
  expect(refused.headers.get("ratelimit-policy")).toBe('"budget";q=5;w=300');
  expect(Number(refused.headers.get("retry-after"))).toBe(59);
  expect(await refused.json()).toMatchObject({
    code: "rate_limited",
    detail: expect.stringContaining("5 upstream calls"),
  });
  expect(JSON.stringify(lines)).toContain('"rate_limited","limit":"budget"');
  expect(calls()).toBe(5);
  for (let question = 0; question < 5; question += 1) expect((await send(path(`q${question}`))).status).toBe(200);
  expect(calls()).toBe(5);
});

test("many clients behind one address may open the same new page at once", async () => {
  const { send, calls } = createTestService({ settings: mayCause(1) });
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(path("same"))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(calls()).toBe(1);
});

test("a client that waits until its calls have left the window may ask a new question again", async () => {
  const { send, clock } = createTestService({ settings: mayCause(1) });
  expect((await send(path("one"))).status).toBe(200);
  expect((await send(path("two"))).status).toBe(429);
  await clock.advance(320_000);
  expect((await send(path("two"))).status).toBe(200);
});

const addressOf = (request: Request) => request.headers.get("x-test-address") ?? undefined;
const from = (address: string) => ({ headers: { "x-test-address": address } });

test("whoever joins the load of a client with nothing left asks for itself, and is shown the page", async () => {
  const service = createTestService({ settings: mayCause(1), services: { addressOf } });
  expect((await service.send(path("one"), from("203.0.113.66"))).status).toBe(200);
  const answers = await Promise.all([
    service.send(path("two"), from("203.0.113.66")),
    service.send(path("two"), from("203.0.113.66")),
    service.send(path("two"), from("198.51.100.1")),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(service.calls()).toBe(2);
});

test("a policy may give the callers it fits a larger share", async () => {
  const policy = {
    name: "all",
    when: "anyone",
    apps: ["support"],
    meetings: "*",
    resources: ["sessions"],
    fields: ["id"],
  };
  const settings = { ...mayCause(2), POLICIES: JSON.stringify({ policies: [{ ...policy, budgetPercent: 60 }] }) };
  const { send } = createTestService({ settings });
  const statuses: number[] = [];
  for (let page = 1; page <= 8; page += 1) {
    statuses.push((await send(`/v1/apps/support/sessions?page_no=${page}`)).status);
  }
  expect(statuses).toEqual([...Array<number>(6).fill(200), 429, 429]);
});

/** Minutes of the test clock, in steps in which what was begun can end. */
async function pass({ clock }: { clock: { advance(ms: number): Promise<void> } }, minutes: number): Promise<void> {
  for (let step = 0; step < minutes * 12; step += 1) await clock.advance(5_000);
}

test("a client that has gathered pages over an hour can't have them all renewed at once, and is shown them as they are", async () => {
  const service = createTestService({ settings: mayCause(20), services: { addressOf } });
  const ask = (page: number, address: string) =>
    service.send(`/v1/apps/support/sessions?per_page=1&page_no=${page}`, from(address));
  for (let round = 0; round < 3; round += 1) {
    for (let page = 1; page <= 16; page += 1) {
      expect((await ask(round * 16 + page, "203.0.113.66")).status).toBe(200);
    }
    await pass(service, 6);
  }
  const before = service.calls();
  for (let page = 1; page <= 48; page += 1) expect((await ask(page, "203.0.113.66")).status).toBe(200);
  expect(service.calls() - before).toBe(20);
  for (let client = 1; client <= 20; client += 1) {
    expect((await ask(100 + client, `198.51.100.${client}`)).status).toBe(200);
  }
});

test("a page of another site that embeds a question never costs a call upstream, fresh, stale, old or new", async () => {
  const service = createTestService();
  const embedded = {
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
  };
  const target = "/v1/apps/support/sessions?per_page=2";
  expect((await service.send(target, embedded)).status).toBe(403);
  expect((await service.send(target)).status).toBe(200);
  const calls = service.calls();
  for (const minutes of [0, 0.5, 5]) {
    await pass(service, minutes);
    expect((await service.send(target, embedded)).status).toBe(200);
    await pass(service, 0.1);
  }
  expect(service.calls()).toBe(calls);
});
