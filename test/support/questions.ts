// Requests for the contract test, generated from the document: every parameter from its schema, and what a schema can't say
// (that min is not above max, that start is not after end) added by hand.
import fc from "fast-check";
import type { Json } from "../../src/http/document-json.ts";
import type { Operation, Parameter } from "./document.ts";

/** A request target, with what the service should make of it. */
export type Question = { operation: Operation; target: string };

type Pair = readonly [name: string, value: string];
const query = (pairs: readonly Pair[]) =>
  pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

const targetOf = (path: string, search: string) => (search === "" ? path : `${path}?${search}`);

/** Values for path parameters that the service under test knows. */
export type KnownPaths = Readonly<Record<string, readonly string[]>>;

function pathFor({ path, parameters }: Operation, known: KnownPaths): fc.Arbitrary<string> {
  const names = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
  return fc
    .tuple(...names.map((name) => fc.constantFrom(...(known[name] ?? []))))
    .map((values) => names.reduce((filled, name, index) => filled.replace(`{${name}}`, values[index] ?? ""), path));
}

/** Any request that the document calls valid. */
export function validQuestion(operation: Operation, known: KnownPaths): fc.Arbitrary<Question> {
  return fc
    .tuple(pathFor(operation, known), validPairs(operation))
    .map(([path, pairs]) => ({ operation, target: targetOf(path, query(pairs)) }));
}

function validPairs({ parameters }: Operation): fc.Arbitrary<Pair[]> {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  return fc
    .record(Object.fromEntries(inQuery.map((parameter) => [parameter.name, validValue(parameter)])), {
      requiredKeys: [],
    })
    .map((values) => inTimeOrder(values))
    .chain((values) => fc.shuffledSubarray(Object.entries(values), { minLength: Object.keys(values).length }))
    .map((entries) => entries.map(([name, value]): Pair => [name, value ?? ""]));
}

function inTimeOrder(values: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const { start_time: start, end_time: end } = values;
  const isReversed = start !== undefined && end !== undefined && Date.parse(start) > Date.parse(end);
  return isReversed ? { ...values, start_time: end, end_time: start } : withBothDays(values);
}

/** One day alone may lie on the wrong side of the other's default. */
function withBothDays(values: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const { start_date: start, end_date: end } = values;
  const first = start ?? end;
  return first === undefined ? { ...values } : { ...values, start_date: first, end_date: first };
}

const instant = fc
  .tuple(
    fc.date({ min: new Date("2020-01-02T00:00:00Z"), max: new Date("2035-01-01T00:00:00Z"), noInvalidDate: true }),
    fc.constantFrom("Z", "z", "+00:00", "-00:00", "+01:30", "-08:00"),
    fc.constantFrom("", ".5", ".123", ".123456", ".123456789"),
  )
  .map(([date, offset, fraction]) => date.toISOString().slice(0, 19) + fraction + offset);

const participants = fc
  .tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }))
  .map(([one, other]) => `${Math.min(one, other)}:${Math.max(one, other)}`);

const searchText = fc
  .string({ unit: "binary", minLength: 1, maxLength: 64 })
  .filter(
    (text) => text.trim() !== "" && [...text].length <= 64 && !/[\p{Cc}\p{Cs}\u2028\u2029\uFFFD]/u.test(text.trim()),
  );

function validValue({ name, schema }: Parameter): fc.Arbitrary<string> {
  if (name === "participants") return participants;
  if (schema["format"] === "date-time") return instant;
  if (schema["format"] === "date") return instant.map((text) => text.slice(0, 10));
  if (schema["type"] === "boolean") return fc.constantFrom("true", "false");
  if (name === "after") return fc.constantFrom("1...", "1.1795341900000.7.", "2...abcdefghijklmnop");
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"].map(String));
  if (schema["type"] === "integer") {
    return fc
      .integer({ min: numberOf(schema["minimum"], 0), max: numberOf(schema["maximum"], 2 ** 31 - 1) })
      .map(String);
  }
  // What a pattern would say stands in words: patterns on ids and free text break the generators of clients.
  return name === "search" ? searchText : fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/);
}

const numberOf = (value: Json | undefined, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** Values that are wrong for a parameter, whatever else the query holds. */
const wrongValues: Readonly<Record<string, readonly string[]>> = {
  associated_id: ["", " ", "a_b", "a/b", "ä", "a".repeat(65), "a b", "x\u0000"],
  status: ["", "live ", "ALL", "LIVE,ENDED", "ＬＩＶＥ", "[LIVE]"],
  start_time: [
    "",
    "now",
    "2024-02-30T00:00:00Z",
    "2026-11-22",
    "2026-11-22T24:00:00Z",
    "2019-12-31T23:59:59Z",
    "1700000000",
  ],
  end_time: [
    "",
    "2026-11-22T10:00:00",
    "2026-11-22T10:00:00.1234567890Z",
    "2026-13-01T00:00:00Z",
    "２０２６-11-22T10:00:00Z",
  ],
  participants: ["", "1", "1:", ":1", "2:1", "-1:3", "0:100001", "1:2:3", "1 : 2", "a:b"],
  search: ["", " ", "\u0000", "a\u0007b", "x".repeat(65), "\uFFFD", "\u2028"],
  sort_by: ["", "created_at", "CREATEDAT", "createdAt,id"],
  sort_order: ["", "UP", "asc ", "ASCENDING"],
  page_no: ["", "-1", "+5", "1e3", "0x10", " 7", "1.5", "007", "10001", "9007199254740993", "Infinity", "٣"],
  per_page: ["", "0", "-0", "201", "1e2", " 7", "7 ", "null", "²"],
  after: [
    "",
    "1",
    "0...",
    "01...",
    "10001...",
    "1.1e9..",
    "1...short",
    "1....",
    "1.....",
    "-1...",
    "1...abcdefghijklmno!",
  ],
  meeting_id: ["", " ", "a_b", "a/b", "ä", "a".repeat(65)],
  view: ["", "RAW", "both"],
  format: ["", "PDF", "csv,json"],
  filters: ["", "everything", "events,quality_stats"],
  include_peer_events: ["", "1", "TRUE", "yes"],
  include_breakout_rooms: ["", "0", "False", "no"],
  start_date: ["", "2026-02-30", "2026-1-1", "2019-12-31", "22.11.2026", "2026-11-22T00:00:00Z"],
  end_date: ["", "2026-13-01", "tomorrow", "２０２６-11-22"],
};

const unknownNames = [
  "colour",
  "page",
  "limit",
  "meeting_id",
  "status[]",
  "STATUS",
  "__proto__",
  "constructor",
  "",
  "account_id",
];

/** A valid query with something wrong in it, and the parameter that a 400 has to name. */
export type BrokenQuestion = Question & { offender: string };

export function brokenQuestion(operation: Operation, known: KnownPaths): fc.Arbitrary<BrokenQuestion> {
  const names = operation.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const replaced = fc.constantFrom(...names).chain((name) =>
    fc.constantFrom(...(wrongValues[name] ?? [""])).map((value) => (pairs: readonly Pair[]) => ({
      offender: name,
      search: query([...pairs.filter(([other]) => other !== name), [name, value]]),
    })),
  );
  const repeated = fc.constantFrom(...names).map((name) => (pairs: readonly Pair[]) => ({
    offender: name,
    search: query([...pairs, [name, "1"], [name, "1"]]),
  }));
  const unknown = fc
    .tuple(fc.constantFrom(...unknownNames.filter((name) => !names.includes(name))), fc.string({ maxLength: 12 }))
    .map(([name, value]) => (pairs: readonly Pair[]) => ({
      offender: name === "" ? "(empty name)" : name,
      search: query([...pairs, [name, value]]),
    }));
  const illEncoded = fc.constantFrom("%", "%zz", "%1").map((text) => (pairs: readonly Pair[]) => ({
    offender: "query",
    search: [query(pairs.filter(([name]) => name !== "search")), `search=${text}`].filter(Boolean).join("&"),
  }));
  const tooLong = fc.integer({ min: 2049, max: 9000 }).map((length) => (pairs: readonly Pair[]) => ({
    offender: "query",
    search: `${query(pairs)}&search=${"a".repeat(length)}`,
  }));
  return fc
    .tuple(
      pathFor(operation, known),
      validPairs(operation),
      fc.oneof({ arbitrary: replaced, weight: 5 }, { arbitrary: repeated, weight: 2 }, unknown, illEncoded, tooLong),
    )
    .map(([path, pairs, breakIt]) => {
      const { offender, search } = breakIt(pairs);
      return { operation, target: targetOf(path, search), offender };
    });
}

/** Path parameters that the configuration, and not the upstream, has all values of. */
const configured = ["app", "app_id", "account_id", "code"];

/** A path of the operation with a value that nothing is configured for. */
export function lostQuestion(operation: Operation, known: KnownPaths): fc.Arbitrary<Question> {
  const inPath = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
  const names = inPath.filter((name) => configured.includes(name));
  const junk = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/),
    fc.string({ minLength: 1, maxLength: 30 }).map((text) => encodeURIComponent(text)),
    fc.constantFrom("__proto__", "constructor", "toString", "..", ".", "%2e%2e", "a%2fb", "*", "0", "null"),
  );
  return fc
    .tuple(pathFor(operation, known), fc.constantFrom(...names), junk)
    .filter(([, name, value]) => !(known[name] ?? []).includes(value))
    .map(([path, name, value]) => {
      const place = operation.path.split("/").indexOf(`{${name}}`);
      return { operation, target: path.split("/").with(place, value).join("/") };
    });
}
