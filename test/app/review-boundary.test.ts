// Promises at the boundary that only hostile or odd use puts to the test.
import { listOf } from "../support/session-list.ts";
import { describe, expect, test } from "vitest";
import type { Readiness } from "../../src/http/operations.ts";
import { createQuestions } from "../../src/service/questions.ts";
import type { Scope } from "../../src/policy/access.ts";
import type { Services } from "../../src/app.ts";
import { createTestService, ownPath } from "../support/app.ts";

describe("readiness", () => {
  function underCount(said: () => Promise<Readiness>) {
    let asked = 0;
    const readiness: Services["readiness"] = async () => {
      asked += 1;
      return said();
    };
    return { ...createTestService({ services: { readiness } }), asked: () => asked };
  }
  const ready: Readiness = { ready: true, checks: { store: "ok" } };
  const notReady: Readiness = { ready: false, checks: { store: "failed" } };

  test("costs the parts one call a second, however often it is asked for", async () => {
    const service = underCount(async () => ready);
    for (let time = 0; time < 50; time += 1) expect((await service.app.request("/readyz")).status).toBe(200);
    expect(service.asked()).toBe(1);
    await service.clock.advance(1_000);
    await service.app.request("/readyz");
    expect(service.asked()).toBe(2);
  });

  test("tells of a change a second later at the latest", async () => {
    let said = ready;
    const service = underCount(async () => said);
    await service.app.request("/readyz");
    said = notReady;
    await service.clock.advance(1_000);
    expect((await service.app.request("/readyz")).status).toBe(503);
  });

  test("is answered from what was known while somebody finds it out", async () => {
    const later = Promise.withResolvers<Readiness>();
    let isFirst = true;
    const service = underCount(() => {
      if (!isFirst) return later.promise;
      isFirst = false;
      return Promise.resolve(ready);
    });
    await service.app.request("/readyz");
    await service.clock.advance(5_000);
    const slow = service.app.request("/readyz");
    for (let time = 0; time < 20; time += 1) expect((await service.app.request("/readyz")).status).toBe(200);
    expect(service.asked()).toBe(2);
    later.resolve(notReady);
    expect((await slow).status).toBe(503);
    expect((await service.app.request("/readyz")).status).toBe(503);
  });
});

test("a second question mark belongs to the name of a parameter, which is then unknown", async () => {
  const { send, calls } = createTestService();
  const response = await send(`${ownPath}??per_page=2`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ parameter: "?per_page" }] });
  expect(calls()).toBe(0);
});

test("no page that was loaded under another UPSTREAM_FIRST_PAGE is found again", async () => {
  const settings = { accountId: "a", apps: new Map([["alias", "app"]]), exposeMeta: false };
  const everything: Scope = { policy: "all", meetings: "*", fields: "*" };
  const keys = await Promise.all(
    ([0, 1] as const).map((upstreamFirstPage) =>
      createQuestions({ ...settings, upstreamFirstPage }, { now: () => 0 }).ask(listOf("app"), everything, "page_no=2"),
    ),
  );
  const [zero, one] = keys.map((asked) => (asked.ok ? asked.value.question.key : ""));
  expect(zero).toMatch(/^listSessions\.[0-9a-f]{64}$/);
  expect(zero).not.toBe(one);
});
