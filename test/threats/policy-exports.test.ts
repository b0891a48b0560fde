// Exports are no way around what a page withholds: not for rows, not for fields, not by counts or by what goes on with them, and not for the
// budget that others need.
import { describe, expect, it } from "vitest";
import {
  actorsAt,
  createDeployment,
  idOf,
  meetingA,
  own,
  resources,
  schoolSettings,
  stableOf,
  worldFetch,
} from "../support/actors.ts";
import { createTestService } from "../support/app.ts";
import { bearer, policiesOf, signed, tokenOf } from "../support/callers.ts";
import { linesOf, pass, readExport } from "../support/exports.ts";
import { ownersIn } from "../support/oracle-marks.ts";

const deployment = createDeployment(schoolSettings);
const actors = [...(await actorsAt(deployment.clock.now())).values()];

/** Without what decides pages and orders, which an export does not take. */
const questions = Object.entries(resources).filter(([, { query }]) => query["sort_by"] === undefined);
const targetOf = (app: string, query: Readonly<Record<string, unknown>>, ending: string) => {
  const search = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
  return [`/v1/apps/${app}/sessions${ending}`, ...search].join(search.length > 0 ? "?" : "");
};

describe.each(actors)("for $name", ({ headers }) => {
  it.each(questions)(
    "rows 45 and 48: an export of %s is refused as the page is, without a call, or shows rows with the same fields of the same owners",
    async (_name, { app, query }) => {
      const page = await deployment.send(targetOf(app, query, ""), { headers });
      const before = deployment.counts().upstream;
      const file = await readExport(deployment, targetOf(app, query, ".ndjson"), { headers });
      expect(file.status).toBe(page.status);
      if (page.status !== 200) {
        const told = await stableOf(new Response(file.text, { status: file.status, headers: file.headers }));
        expect(told.body).toBe((await stableOf(page)).body);
        expect(deployment.counts().upstream).toBe(before);
        return;
      }
      const text = await page.text();
      const shown = (JSON.parse(text) as { data: { sessions: object[] } }).data.sessions;
      const { rows, last } = linesOf(file.text);
      expect(last).toEqual({ complete: true, rows: rows.length });
      const fields = new Set(shown.map((row) => Object.keys(row).join()));
      if (shown.length > 0) expect(new Set(rows.map((row) => Object.keys(row).join()))).toEqual(fields);
      const appsOf = (body: string) => new Set(ownersIn(body).map(({ appId }) => appId));
      for (const appId of appsOf(file.text)) expect(appId).toBe(idOf(app));
      if (query["associated_id"] !== undefined) {
        for (const { meeting } of ownersIn(file.text)) expect(meeting).toBe(query["associated_id"]);
      }
    },
  );
});

it("row 49: while the upstream ignores the filter, an export tells nothing of others' rows: no count, no page, nothing to go on with", async () => {
  const settings = signed({ apps: [own.alias], meetings: { fromClaim: "meetings" } });
  const told: unknown[] = [];
  for (const faults of [[], [{ kind: "paging", form: "missing" }]] as const) {
    const blind = createDeployment(settings, { fetch: worldFetch({ ignoresMeeting: true, faults }) });
    const headers = bearer(await tokenOf({ meetings: [meetingA] }, blind.clock.now()));
    const file = await readExport(blind, `/v1/apps/${own.alias}/sessions.csv`, { headers });
    expect(file.headers.get("x-total-count")).toBeNull();
    expect(ownersIn(file.text)).toEqual([]);
    told.push(await stableOf(new Response(file.text, { status: file.status, headers: file.headers })));
  }
  expect(told[1]).toEqual(told[0]);
});

it("row 50: what the upstream adds to its rows, and links that let anybody in, are in no export", async () => {
  const service = createTestService({ faults: [{ kind: "extra-fields" }] });
  for (const list of ["sessions", "recordings"]) {
    const { text } = await readExport(service, `/v1/apps/support/${list}.ndjson`);
    const { rows } = linesOf(text);
    expect(rows.length).toBeGreaterThan(0);
    const page = await service.send(`/v1/apps/support/${list}?per_page=1`);
    const known = new Set((await page.text()).match(/"[a-z_]+":/g));
    for (const key of new Set(rows.flatMap((row) => Object.keys(row)))) expect(known.has(`"${key}":`)).toBe(true);
    expect(text).not.toMatch(/"https?:/);
  }
});

it("rows 84 and 122: a caller who exports without end leaves half of the budget to others, and nobody's page grows older than its bound", async () => {
  const settings = {
    ...signed({ when: { claim: "role", equals: "admin" } }, { fields: ["id"] }),
    POLICIES: policiesOf({ when: { claim: "role", equals: "admin" } }, { fields: ["id"] }),
    UPSTREAM_BUDGET_REQUESTS: "120",
    CLIENT_BUDGET_PERCENT: "100",
  };
  const service = createTestService({ settings });
  const at = service.clock.now();
  const exp = Math.floor(at / 1000) + 3_600;
  const low = { headers: bearer(await tokenOf({ sub: "low", exp }, at)) };
  const admin = { headers: bearer(await tokenOf({ sub: "admin", role: "admin", exp }, at)) };
  const page = "/v1/apps/support/sessions?status=LIVE";
  await service.send(page, admin);
  const ages: number[] = [];
  const state = { isOver: false };
  const exporting = async () => {
    let next = "";
    while (!state.isOver) {
      const response = await service.app.fetch(
        new Request(`https://bff.example/v1/apps/support/sessions.ndjson${next && `?after=${next}`}`, low),
      );
      const text = await response.text();
      const last = response.status === 200 ? linesOf(text).last : undefined;
      next = last?.complete === false ? (last.next ?? "") : "";
      await new Promise<void>((resolve) => void service.clock.timer(500, resolve));
    }
  };
  const attack = exporting();
  for (let second = 0; second < 400; second += 2) {
    await pass(service, 2_000);
    const answer = await service.send(page, admin);
    expect(answer.status).toBe(200);
    ages.push(Number(answer.headers.get("age")));
  }
  state.isOver = true;
  // Fresh for five seconds, stale for sixty more, and a second or two between looks.
  expect(Math.max(...ages)).toBeLessThanOrEqual(67);
  await pass(service, 40_000);
  await attack;
});
