// All that a probe may print of an answer: kinds, counts, yes and no, and words that stand here or where they are asked for. A `Seen` is
// made by nothing else, so that no name, id, link or text of an answer gets into a report.
import { field, isRecord } from "../../../src/ground/plain-data.ts";

declare const brand: unique symbol;
/** A text that may be printed. */
export type Seen = string & { readonly [brand]: true };

/** The one way in, for texts that are put together in this file. */
const asSeen = (text: string): Seen => text as Seen;

/** Words as they stand in the code; a list that is only known when it runs has no such type. */
export type Words<List extends readonly string[]> = string extends List[number] ? never : List;

/** A sentence of the code around what was seen. */
export const seen = (words: TemplateStringsArray, ...parts: readonly Seen[]): Seen =>
  asSeen(String.raw(words, ...parts));

export const list = (parts: readonly Seen[], glue: ", " | "; " | "/" | " " = ", "): Seen =>
  asSeen(parts.length === 0 ? "none" : parts.join(glue));

export const count = (value: number): Seen => asSeen(Number.isSafeInteger(value) && value >= 0 ? String(value) : "?");

export const yesNo = (value: boolean): Seen => asSeen(value ? "yes" : "no");

/** `text`, `number`, `boolean`, `list`, `object`, `null`, or `absent`. */
export function kind(value: unknown): Seen {
  if (value === undefined) return asSeen("absent");
  if (value === null) return asSeen("null");
  if (Array.isArray(value)) return asSeen("list");
  return asSeen(typeof value === "string" ? "text" : typeof value);
}

/** The kinds of several values, each once. */
export const kinds = (values: readonly unknown[]): Seen => list([...new Set(values.map(kind))].sort(), "/");

/** The value where it is one of the words. */
export const word = <const List extends readonly string[]>(words: Words<List>, value: unknown): Seen =>
  asSeen(words.find((one) => one === value) ?? "another");

/** A number where it is one of these. */
export const known = (numbers: readonly number[], value: unknown): Seen =>
  asSeen(numbers.includes(value as number) ? String(value) : "another");

/** Of records: the kinds of every member that is one of the words and that some have, and how many names there are besides. */
export function members<const List extends readonly string[]>(records: readonly unknown[], words: Words<List>): Seen {
  const names = new Set(records.flatMap((record) => (isRecord(record) ? Object.keys(record) : [])));
  const shown = words.flatMap((name) =>
    names.has(name) ? [seen`${asSeen(name)} ${kinds(records.map((record) => field(record, name)))}`] : [],
  );
  const others = [...names].filter((name) => !words.includes(name)).length;
  return list(others === 0 ? shown : [...shown, seen`${count(others)} other`]);
}

/** Which of the words no record has. */
export const missing = <const List extends readonly string[]>(records: readonly unknown[], words: Words<List>): Seen =>
  list(words.filter((name) => records.every((record) => field(record, name) === undefined)).map(asSeen));

/** Seconds from one moment to another, in epoch milliseconds. */
export const seconds = (fromMs: number, toMs: number): Seen => asSeen(`${Math.round((toMs - fromMs) / 1000)} s`);

/** To the next KiB. */
export const size = (bytes: number): Seen => seen`${count(Math.ceil(bytes / 1024))} KiB`;

const timeForms: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["T, milliseconds, Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ["T, no fraction, Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ["T, microseconds, Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/],
  ["blank, microseconds, Z", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}Z$/],
  ["date alone", /^\d{4}-\d\d-\d\d$/],
];
const idForms: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["UUID", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ["UUID in upper case", /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/],
  ["32 hex", /^[0-9a-f]{32}$/],
  ["room name", /^[a-z]{4,8}-[a-z]{4,8}$/],
];

/** How moments are written, each way once. */
export const timesWritten = (values: readonly unknown[]): Seen => forms(timeForms, values);

/** How ids are written, each way once. */
export const idsWritten = (values: readonly unknown[]): Seen => forms(idForms, values);

function forms(all: readonly (readonly [name: string, pattern: RegExp])[], values: readonly unknown[]): Seen {
  const names = values.map((value) =>
    typeof value === "string" ? (all.find(([, pattern]) => pattern.test(value))?.[0] ?? "another form") : kind(value),
  );
  return list([...new Set(names)].sort().map(asSeen), "; ");
}

const hosts = [
  "r2.cloudflarestorage.com",
  "amazonaws.com",
  "storage.googleapis.com",
  "cloudflare.com",
  "cloudflarestream.com",
  "dyte.io",
  "simulator.invalid",
];

/** The end of a link's host, of a list. */
export function hostOf(link: string): Seen {
  if (!URL.canParse(link)) return asSeen("no address");
  const { hostname } = new URL(link);
  return asSeen(hosts.find((host) => hostname === host || hostname.endsWith(`.${host}`)) ?? "another host");
}

const headerNames = [
  "age",
  "cache-control",
  "cf-cache-status",
  "cf-ray",
  "content-encoding",
  "etag",
  "last-modified",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "server-timing",
  "vary",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
];

/** Those of a list that were sent, and how many besides. */
export function headersSeen(names: ReadonlySet<string>): Seen {
  const shown = headerNames.filter((name) => names.has(name)).map(asSeen);
  const others = [...names].filter((name) => !headerNames.includes(name)).length;
  return list(others === 0 ? shown : [...shown, seen`${count(others)} other`]);
}
