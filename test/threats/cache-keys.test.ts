// What makes two pages one page: the account, the app, the settings that decide bytes, and the canonical question; and nothing else
// of a request.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionPageKey } from "../support/session-list.ts";
import type { PageKeyParts } from "../support/session-list.ts";
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import type { Store } from "../../src/cache/store.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { allowedOrigin } from "../support/app.ts";
import { foreignOrigins, requestHeaders } from "../support/corpora.ts";
import { pageText, rowOf } from "../support/hostile-upstream.ts";
import { createCountedService, jsonAnswer } from "./cache-service.ts";
import type { CountedService } from "./cache-service.ts";

const aliases = createSimulator().apps.map(({ alias }) => alias);
const appsWith = (prefix: string) => aliases.map((alias) => `${alias}=${prefix}-${alias}`).join(", ");

/** Deployments that differ in one thing each. */
const tenants = {
  first: { CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID, REALTIMEKIT_APPS: appsWith("one") },
  account: { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32), REALTIMEKIT_APPS: appsWith("one") },
  app: { CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID, REALTIMEKIT_APPS: appsWith("two") },
  meta: { CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID, REALTIMEKIT_APPS: appsWith("one"), EXPOSE_META: "true" },
  paging: { CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID, REALTIMEKIT_APPS: appsWith("one"), UPSTREAM_FIRST_PAGE: "0" },
} as const;
type Tenant = keyof typeof tenants;
const tenantNames: readonly Tenant[] = ["first", "account", "app", "meta", "paging"];

const targets = aliases
  .slice(0, 2)
  .flatMap((alias) =>
    ["", "?page_no=2", "?search=x", "?status=LIVE"].map((search) => `/v1/apps/${alias}/sessions${search}`),
  );

/** Every row says which address it was loaded from. */
const telling = async (url: string) => {
  const { pathname, search } = new URL(url);
  return jsonAnswer(pageText(rowOf({ meeting_display_name: pathname + search, meta: { from: pathname } })));
};

type Visit = { tenant: Tenant; target: string };
const visits: readonly Visit[] = tenantNames.flatMap((tenant) => targets.map((target) => ({ tenant, target })));

/** What each visit was shown, in this order, by services that keep their pages where `storeOf` says. */
async function shown(order: readonly Visit[], storeOf: (tenant: Tenant) => Store): Promise<Map<Visit, string>> {
  const services = new Map<Tenant, CountedService>();
  const texts = new Map<Visit, string>();
  for (const visit of order) {
    const { tenant, target } = visit;
    const service =
      services.get(tenant) ??
      createCountedService({ settings: tenants[tenant], upstream: telling, store: storeOf(tenant) });
    services.set(tenant, service);
    const answer = await service.ask(target);
    texts.set(visit, `${answer.status} ${answer.headers.get("etag") ?? ""} ${await answer.text()}`);
  }
  return texts;
}

const alone = await shown(visits, () => asStore(createMemoryStore()));

describe("row 56: tenants that share one store", () => {
  it("row 56: are shown what they are shown without it, in whatever order they come", async () => {
    expect(new Set(alone.values()).size).toBeGreaterThan(20);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...visits], { minLength: visits.length }), async (order) => {
        const shared = asStore(createMemoryStore());
        const seen = await shown(order, () => shared);
        for (const visit of visits) expect(seen.get(visit)).toBe(alone.get(visit));
      }),
      { numRuns: 5 },
    );
  });

  it.each(tenantNames.slice(1))("row 56: would be seen to mix if keys did not tell the %s", async (left) => {
    const theirs = await keysOf("first");
    const merged = new Map((await keysOf(left)).map((key, place) => [key, theirs[place] ?? key]));
    const shared = asStore(createMemoryStore());
    const mixed: Store = {
      get: (key) => shared.get(merged.get(key) ?? key),
      put: (key, entry) => shared.put(merged.get(key) ?? key, entry),
    };
    const seen = await shown(visits, () => mixed);
    expect(visits.filter((visit) => seen.get(visit) !== alone.get(visit))).not.toEqual([]);
  });
});

/** A store that has nothing and tells under which keys it was given something. */
function createKeyList(): Store & { keys: string[] } {
  const keys: string[] = [];
  return { keys, get: async () => ({ state: "absent" }), put: async (key) => void keys.push(key) };
}

/** The keys of the targets, in their order. */
async function keysOf(tenant: Tenant): Promise<readonly string[]> {
  const store = createKeyList();
  const service = createCountedService({ settings: tenants[tenant], upstream: telling, store });
  for (const target of targets) await service.ask(target);
  return store.keys;
}

describe("row 57: the key of a page", () => {
  const separators = fc.constantFrom(
    "",
    ":",
    ",",
    "/",
    '"',
    "\\",
    "[",
    "]",
    "{",
    "}",
    "|",
    "&",
    "=",
    "\0",
    "a",
    "1",
    "true",
  );
  const text = fc.array(separators, { maxLength: 6 }).map((pieces) => pieces.join(""));
  const parts: fc.Arbitrary<PageKeyParts> = fc.record({
    accountId: text,
    appId: text,
    exposeMeta: fc.boolean(),
    firstPage: fc.constantFrom<0 | 1>(0, 1),
    query: fc.record({
      search: text,
      sort_by: fc.constant("createdAt" as const),
      sort_order: fc.constantFrom("ASC" as const, "DESC" as const),
      page_no: fc.integer({ min: 1, max: 12 }),
      per_page: fc.integer({ min: 1, max: 12 }),
    }),
  });
  const listed = ({ accountId, appId, exposeMeta, firstPage, query }: PageKeyParts) =>
    JSON.stringify([accountId, appId, exposeMeta, firstPage, Object.entries(query).sort(byName)]);

  const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1);

  it("row 57: is the same for the same parts alone, whatever separators stand in them", async () => {
    const known = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(parts, async (asked) => {
        const key = await sessionPageKey(asked);
        expect(known.get(key) ?? listed(asked)).toBe(listed(asked));
        known.set(key, listed(asked));
      }),
      { numRuns: 3_000 },
    );
    expect(new Set(known.values()).size).toBe(known.size);
  });

  it("row 57: does not move what stands at the end of one part to the beginning of the next", async () => {
    const query = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 } as const;
    const keys = new Set<string>();
    const pairs = [
      ["a:b", "c"],
      ["a", "b:c"],
      ["a:b:c", ""],
      ["", "a:b:c"],
      ['a","b', "c"],
      ["a", 'b","c'],
    ] as const;
    for (const [accountId, appId] of pairs)
      keys.add(await sessionPageKey({ accountId, appId, exposeMeta: false, query }));
    expect(keys.size).toBe(pairs.length);
  });
});

describe("row 58: what is no part of the question", () => {
  const origins = [allowedOrigin, ...foreignOrigins].map((origin): [string, string] => ["origin", origin]);
  const headers: readonly (readonly [string, string])[] = [...Object.entries(requestHeaders), ...origins];
  const [plainKeys, oddKeys] = [createKeyList(), createKeyList()];
  const plain = createCountedService({ upstream: telling, store: plainKeys });
  const odd = createCountedService({ upstream: telling, store: oddKeys });

  /** A cold page, and then the same from memory: with the header, and without it elsewhere. */
  async function compare(name: string, value: string): Promise<void> {
    const search = encodeURIComponent(`${name} ${value}`.slice(0, 60).trim());
    const target = `/v1/apps/${aliases[0]}/sessions?search=${search}`;
    for (const calls of [1, 0]) {
      const [plainBefore, oddBefore] = [plain.calls(), odd.calls()];
      const [expected, seen] = [await plain.ask(target), await odd.ask(target, { headers: { [name]: value } })];
      expect(seen.status).toBe(200);
      expect(await seen.text()).toBe(await expected.text());
      expect(withoutOwn(seen.headers)).toEqual(withoutOwn(expected.headers));
      expect(odd.asked.slice(oddBefore).map(sent)).toEqual(plain.asked.slice(plainBefore).map(sent));
      expect(plain.calls() - plainBefore).toBe(calls);
      expect(oddKeys.keys.at(-1)).toBe(plainKeys.keys.at(-1));
    }
  }
  const sent = ({ url, init }: CountedService["asked"][number]) => [url, init.method, init.headers];

  it("row 58: is sixty headers and more", () => {
    expect(headers.length).toBeGreaterThan(60);
  });

  it.each(headers.filter(([name]) => name !== "sec-fetch-site"))(
    "row 58: makes no difference to a cold page, its key, the call, or the page as it is kept: %s: %s",
    compare,
  );

  it("row 58: may refuse a load, and never changes a page: a browser that says a foreign page made it ask", async () => {
    const own = createCountedService({ upstream: telling });
    const target = `/v1/apps/${aliases[0]}/sessions`;
    const foreign = { headers: { "sec-fetch-site": "cross-site" } };
    expect([200, 403]).toContain((await own.ask(target, foreign)).status);
    const page = await own.ask(target);
    const seen = await own.ask(target, foreign);
    expect(await seen.text()).toBe(await page.text());
    expect(own.calls()).toBe(1);
  });
});

/** Without what is of this very request, and what CORS says to a page of the listed origin. */
const withoutOwn = (headers: Headers) =>
  [...headers].filter(([name]) => name !== "x-request-id" && !name.startsWith("access-control-"));
