// The reader against the stand-in for the upstream: whatever it sends under any of its faults becomes a page that our own
// schema accepts, or a reason; and what a good upstream sends arrives as it was sent.

import fc from "fast-check";
import { expect, test } from "vitest";
import { createSimulator, rowFaultNames, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import {
  normalisePage,
  type NormalisedPage,
  type PageOptions,
  SessionPage,
  serialisePage,
} from "../support/session-list.ts";
import { parseSessionQuery, type SessionQuery, upstreamParameters } from "../support/session-list.ts";
import { createTestClock } from "../support/clock.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 40, 0);
const simulator = createSimulator({ clock: createTestClock(NOW), budget: { requests: 100_000, windowSeconds: 300 } });
/** The app with most going on at this moment, so that there are LIVE rows to read. */
const APP = simulator.state().apps.reduce((busiest, app) => (app.live > busiest.live ? app : busiest)).id;

function question(search: string): SessionQuery {
  const result = parseSessionQuery(search);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** The parsed body of an answer under these faults; undefined when it is not JSON. */
async function ask(query: SessionQuery, faults: readonly FaultInput[], firstPage: 0 | 1): Promise<unknown> {
  simulator.setFaults(faults);
  const path = `accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${APP}/sessions`;
  const url = `https://api.test/client/v4/${path}?${upstreamParameters(query, firstPage).toString()}`;
  const response = await simulator.fetch(new Request(url, { headers: { authorization: `Bearer ${SIMULATOR_TOKEN}` } }));
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function read(
  search: string,
  faults: readonly FaultInput[],
  given: Partial<PageOptions> = {},
): Promise<NormalisedPage> {
  const options: PageOptions = { query: question(search), exposeMeta: false, firstPage: 1, appId: "app-1", ...given };
  const result = normalisePage(await ask(options.query, faults, options.firstPage), options);
  if (result.ok) {
    expect(serialisePage(SessionPage.parse(result.page))).toBe(serialisePage(result.page));
    const ids = result.page.data.sessions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(serialisePage(result.page)).not.toMatch(/polluted|X_internal/);
  } else {
    expect(result.reason).toMatch(/^[a-zA-Z_.: ]{1,100}$/);
  }
  return result;
}

const searches = [
  "",
  "status=LIVE",
  "status=ENDED&per_page=100",
  "page_no=3&per_page=7",
  "sort_by=minutesConsumed&sort_order=ASC",
  "page_no=9999",
];

test.each(searches)("a good answer to %j passes whole", async (search) => {
  const result = await read(search, []);
  if (!result.ok) throw new Error(result.reason);
  expect(result.page.dropped_count).toBe(0);
  expect(result.notes).toEqual({ droppedReasons: [] });
  expect(result.page.paging.total_count).toBeGreaterThan(0);
});

test.each(rowFaultNames)("rows broken by %s make a page of ours or a reason", async (fault) => {
  for (const exposeMeta of [false, true]) {
    for (const which of ["first", "half", "all"] as const) {
      const result = await read("per_page=10", [{ kind: "rows", fault, which }], { exposeMeta });
      if (which === "first") expect(result.ok).toBe(true);
    }
  }
});

test.each([
  "times-stray-quote",
  "times-blank-for-t",
  "times-offset",
  "times-0-digits",
  "times-9-digits",
  "ended-at-null-word",
  "ended-at-quoted-null-word",
])("%s is repaired in every row", async (fault) => {
  const result = await read("", [{ kind: "rows", fault, which: "all" }]);
  expect(result).toMatchObject({ ok: true, page: { dropped_count: 0 } });
});

const pagingForms = [
  "missing",
  "in-data",
  "zero-based",
  "strings",
  "null",
  "negative",
  "contradicting",
  "empty-object",
] as const;
test.each(pagingForms)("with paging %s the offsets are the true ones", async (form) => {
  for (const [search, start, end] of [
    ["per_page=10", 1, 10],
    ["per_page=10&page_no=3", 21, 30],
  ] as const) {
    const result = await read(search, [{ kind: "paging", form }]);
    if (!result.ok) throw new Error(result.reason);
    expect(result.page.paging).toMatchObject({ start_offset: start, end_offset: end, has_more: true });
    expect(result.notes.offset !== undefined).toBe(form === "contradicting");
  }
});

test("an upstream that counts pages from 0 is noticed under the wrong setting, and read right under the other", async () => {
  const fault: FaultInput = { kind: "pages-from-zero" };
  expect(await read("page_no=2&per_page=10", [fault])).toMatchObject({
    notes: { offset: { expected: 11, received: 21 } },
  });
  const right = await read("page_no=2&per_page=10", [fault], { firstPage: 0 });
  expect(right).toMatchObject({ page: { paging: { start_offset: 11 } }, notes: { droppedReasons: [] } });
  expect(await read("per_page=10", [fault], { firstPage: 0 })).toMatchObject({ page: { paging: { start_offset: 1 } } });
});

test("any faults together, on any page, make a page of ours or a reason", async () => {
  const bodies = [
    "empty",
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
  ] as const;
  const fault: fc.Arbitrary<FaultInput> = fc.oneof(
    fc.record({
      kind: fc.constant("rows" as const),
      fault: fc.constantFrom("any", ...rowFaultNames),
      which: fc.constantFrom("first" as const, "half" as const, "all" as const),
    }),
    fc.record({ kind: fc.constant("paging" as const), form: fc.constantFrom(...pagingForms) }),
    fc.record({ kind: fc.constant("body" as const), form: fc.constantFrom(...bodies) }),
    fc.constantFrom<FaultInput>(
      { kind: "empty-list" },
      { kind: "shifted-pages" },
      { kind: "ended-at-absent" },
      { kind: "pages-from-zero" },
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 4 }),
      fc.constantFrom(...searches),
      fc.boolean(),
      async (faults, search, exposeMeta) => {
        await read(search, faults, { exposeMeta });
      },
    ),
    { numRuns: 300 },
  );
}, 30_000);
