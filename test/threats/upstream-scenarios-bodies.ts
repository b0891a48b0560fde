// What an upstream can put into a body, and how slowly: nothing of it may reach a reader, cost more than a bounded time and memory,
// or stay behind. The same for every way of running the product.
import { expect, it } from "vitest";
import { SessionPage } from "../support/session-list.ts";
import { bodyLimits } from "../../src/upstream/client.ts";
import { askPage, until } from "../blackbox/steps.ts";
import type { Seen } from "../blackbox/steps.ts";
import * as upstream from "../support/hostile-upstream.ts";
import type { Behaviour } from "../support/hostile-upstream.ts";
import type { StartProduct } from "../support/product.ts";
import { expectProblem, useStage } from "./upstream-stage.ts";

const { body, goodName, pageText, rowOf } = upstream;
const sound = pageText(rowOf());
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
/** A member into the first object of a text. */
const withMember = (text: string, member: string) => text.replace("{", `{${member},`);
const rowWith = (member: string) => withMember(JSON.stringify(rowOf()), member);

const chained: readonly (readonly [string, Behaviour])[] = [
  ["gzip, gzip", upstream.encoded(2, "gzip, gzip")],
  ["gzip, identity", upstream.encoded(1, "gzip, identity")],
  ["gzip sixty times", upstream.encoded(60, Array.from({ length: 60 }, () => "gzip").join(", "))],
  ["gzip, br, zstd over plain text", upstream.encoded(0, "gzip, br, zstd")],
  ["gzip over plain text", upstream.encoded(0, "gzip")],
];

const malformed: readonly (readonly [string, string | Uint8Array])[] = [
  ["nothing", ""],
  ["a cut page", sound.slice(0, -40)],
  ["a page and a half", sound + sound.slice(0, 40)],
  ["a page and a NUL", `${sound}\0`],
  ["NaN", withMember(sound, '"load":NaN')],
  ["Infinity", withMember(sound, '"load":Infinity')],
  ["a comma too many", sound.replace('"paging"', ',"paging"')],
  ["a comment", `/* page */${sound}`],
  ["single quotes", sound.replaceAll('"', "'")],
  ["a prefix against script inclusion", `)]}',\n${sound}`],
  ["null", "null"],
  ["a number", "1e999"],
  ["a list of rows", `[${JSON.stringify(rowOf())}]`],
  ["a page in a text", JSON.stringify(sound)],
  [
    "bytes that are no UTF-8",
    Buffer.concat([Buffer.from('{"pad":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
  ],
  ["UTF-16", Buffer.from(`\ufeff${sound}`, "utf16le")],
  ["a second success that is false", withMember(sound, '"success":true').replace(/\}$/, ',"success":false}')],
  ["a second data that is none", sound.replace(/\}$/, ',"data":null}')],
  ["nothing but a row that can't be made valid", pageText({ ...rowOf(), id: "../../tokens" })],
];

const pollutions: readonly (readonly [string, string])[] = [
  ["in the envelope", withMember(sound, '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}')],
  ["in data", sound.replace('"data":{', '"data":{"__proto__":{"polluted":1},')],
  ["in a row", pageText(rowWith('"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'))],
  ["in a breakout room", pageText({ ...rowOf(), breakout_rooms: [JSON.parse(rowWith('"__proto__":{"polluted":1}'))] })],
  ["in paging", sound.replace('"paging":{', '"paging":{"__proto__":{"polluted":1,"total_count":77},')],
];

/** Beside a good row; each makes its own row one that can't be shown. */
const numbers: readonly string[] = [
  '"live_participants":12345678901234567890',
  '"live_participants":1e400',
  '"live_participants":-1',
  '"live_participants":0.5',
  '"minutes_consumed":1e308',
  '"minutes_consumed":-1e400',
  '"max_concurrent_participants":9007199254740993',
  '"id":12345678901234567890',
];
const numberRow = (member: string, place: number) => {
  const [name = ""] = member.split(":");
  const others = Object.entries(rowOf({ id: `row-${place}` })).filter(([key]) => `"${key}"` !== name);
  return withMember(JSON.stringify(Object.fromEntries(others)), member);
};

const html = "<!doctype html><title>It works!</title><script>alert(1)</script>";
const wrongTypes: readonly (readonly [string, Behaviour])[] = [
  ["an HTML page", upstream.answer(200, html, { "content-type": "text/html" })],
  ["an HTML page that says it is JSON", body(html)],
  ["a page that says it is HTML", upstream.answer(200, sound, { "content-type": "text/html; charset=utf-8" })],
  ["a page that says it is text", upstream.answer(200, sound, { "content-type": "text/plain" })],
  ["a page that says nothing", upstream.answer(200, sound)],
  ["a page with a type that begins like JSON", upstream.answer(200, sound, { "content-type": "application/jsonp" })],
  ["a page under status 206", upstream.answer(206, sound, { "content-type": "application/json" })],
  ["a page under status 299", upstream.answer(299, sound, { "content-type": "application/json" })],
];

const bodiesOwnWords = /It works|<script|polluted|filler|taken|pad"/;

export function bodyScenarios(start: StartProduct): void {
  const stage = useStage(start);
  const refuses = async (behaviour: Behaviour, ...codes: readonly string[]) => {
    const seen = await stage().attack(behaviour);
    expectProblem(seen, ...codes);
    expect(seen.text).not.toMatch(bodiesOwnWords);
  };
  const shows = async (text: string): Promise<SessionPage> => {
    const seen: Seen = await stage().attack(body(text));
    expect({ status: seen.status, code: seen.code }).toEqual({ status: 200, code: undefined });
    expect(seen.text).not.toMatch(bodiesOwnWords);
    return SessionPage.parse(JSON.parse(seen.text));
  };
  const hungUp = () => until(() => stage().hostile.openCount() === 0 || undefined);

  it("row 76: a body without an end is cut soon after the cap, and its connection dropped", async () => {
    await refuses(upstream.endlessBody, "upstream_malformed");
    await hungUp();
    expect(stage().hostile.endlessBytes()).toBeGreaterThan(bodyLimits(25).bytesMax);
    expect(stage().hostile.endlessBytes()).toBeLessThan(40 * 1_048_576);
  });

  it("row 77: a gzip bomb is cut by what it unpacks to", () => refuses(upstream.gzipBomb(64), "upstream_malformed"));

  it.each(chained)("row 77: %s is refused", (_, behaviour) =>
    refuses(behaviour, "upstream_malformed", "upstream_failed"),
  );

  it.each(Object.entries(upstream.growing))("row 130: %s by the hundred thousand are no page", async (_, text) => {
    await refuses(body(withMember(sound, `"pad":${text(400_000)}`)), "upstream_malformed");
    await refuses(body(pageText(rowWith(`"meta":${text(400_000)}`))), "upstream_malformed");
    await refuses(body(text(7_000_000)), "upstream_malformed");
  });

  it.each<[string, Behaviour]>([
    ["a body", upstream.drip(200)],
    ["headers", upstream.dripHeaders(200)],
    ["silence after the headers", upstream.silence],
  ])("row 78: %s byte by byte ends at the deadline, for the reader and on the wire", async (_, behaviour) => {
    await refuses(behaviour, "upstream_timeout");
    await hungUp();
  });

  it.each(malformed)("row 79: %s is no page", (_, text) =>
    refuses(body(text), "upstream_malformed", "upstream_failed"),
  );

  it("row 79: what was malformed is not kept: the page is there as soon as the upstream is", async () => {
    const { attack, freshPath, product } = stage();
    const path = freshPath();
    expectProblem(await attack(body(sound.slice(0, -1)), path), "upstream_malformed");
    const seen = await until(async () => {
      const answer = await product.fetch(path);
      return answer.status === 200 ? answer.text() : undefined;
    });
    expect(seen).toContain(goodName);
  });

  it.each<[string, string]>([
    ["lists", nested(10_000, "[", "]")],
    ["objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
    ["a hundred thousand lists", nested(100_000, "[", "]")],
  ])("row 80: ten thousand levels of %s overflow nothing, wherever they stand", async (_, deep) => {
    await refuses(body(withMember(sound, `"deep":${deep}`)), "upstream_malformed");
    await refuses(body(pageText(rowWith(`"meta":${deep}`))), "upstream_malformed");
    await refuses(body(deep), "upstream_malformed");
  });

  it.each(pollutions)("row 81: a key __proto__ %s changes nothing", async (_, text) => {
    const page = await shows(text);
    expect(page.data.sessions.map((row) => row.meeting_display_name)).toEqual([goodName]);
    expect(page.paging.total_count).toBe(1);
  });

  it("row 81: a row or a page that is there only as a prototype is not there", async () => {
    await refuses(body(pageText(`{"__proto__":${JSON.stringify(rowOf())}}`)), "upstream_malformed");
    await refuses(body(`{"__proto__":${sound}}`), "upstream_malformed");
  });

  it("row 82: numbers that no double holds drop their row and are never shown rounded", async () => {
    const page = await shows(pageText(rowOf(), ...numbers.map(numberRow)));
    expect(page.data.sessions).toHaveLength(1);
    expect(page.dropped_count).toBe(numbers.length);
    const counted = await shows(sound.replace('"total_count":1', '"total_count":12345678901234567890'));
    expect(counted.paging.total_count).toBeNull();
  });

  it.each(wrongTypes)("row 83: %s is refused", (_, behaviour) => refuses(behaviour, "upstream_malformed"));

  it("row 85: what a repetition may cure is repeated once, and nothing else is", async () => {
    const { hostile, attack } = stage();
    const callsFor = async (behaviour: Behaviour) => {
      const before = hostile.requests.length;
      await attack(behaviour);
      return hostile.requests.length - before - 1;
    };
    for (const status of [502, 503, 504]) expect(await callsFor(upstream.answer(status, ""))).toBe(2);
    expect(await callsFor(upstream.hangUp)).toBeLessThanOrEqual(2);
    for (const status of [400, 401, 403, 404, 408, 409, 500, 501, 599]) {
      expect(await callsFor(upstream.answer(status, "", { "retry-after": "0" }))).toBe(1);
    }
  });

  it("is as it was after all of this", async () => {
    await askPage(stage().product, stage().freshPath());
  });
}
