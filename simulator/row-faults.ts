// Every known way in which a row can be wrong. Each fault turns one good row into the JSON texts to send in its place
// (usually one), as text and not as values, because some of them can't be expressed as a value of JavaScript.
//
// Some of these rows can be repaired by a lenient reader (a stray quote, a blank instead of T); that is up to the reader.
import type { SessionRow } from "./row.ts";

/** A named way to break a row. `apply` returns JSON texts; the whole stays parseable. */
export type RowFault = { readonly name: string; apply(row: SessionRow): readonly string[] };

const requiredFields = [
  "id",
  "associated_id",
  "meeting_display_name",
  "type",
  "status",
  "live_participants",
  "max_concurrent_participants",
  "minutes_consumed",
  "organization_id",
  "started_at",
  "created_at",
  "updated_at",
] as const;
const timeFields = ["started_at", "created_at", "updated_at"] as const;
const numberFields = ["live_participants", "max_concurrent_participants", "minutes_consumed"] as const;

const without = (field: string) => (row: SessionRow) => {
  const { [field]: _left, ...rest } = row;
  return [JSON.stringify(rest)];
};
const having = (change: (row: SessionRow) => Record<string, unknown>) => (row: SessionRow) => [
  JSON.stringify({ ...row, ...change(row) }),
];
/** Puts raw JSON in the place of a field. */
const rawly = (field: string, raw: string) => (row: SessionRow) => [
  JSON.stringify({ ...row, [field]: "\u0001" }).replace('"\\u0001"', () => raw),
];
const times = (change: (time: string) => unknown) =>
  having((row) => Object.fromEntries(timeFields.map((field) => [field, change(row[field])])));
const numbers = (raw: string) => (row: SessionRow) => {
  const marked = { ...row, ...Object.fromEntries(numberFields.map((field) => [field, "\u0001"])) };
  return [JSON.stringify(marked).replaceAll('"\\u0001"', () => raw)];
};

const entries: readonly (readonly [string, RowFault["apply"]])[] = [
  ...requiredFields.map((field) => [`missing-${field}`, without(field)] as const),
  ...requiredFields.map((field) => [`null-${field}`, rawly(field, "null")] as const),
  ...requiredFields.map((field) => [`object-${field}`, rawly(field, '{"value":1}')] as const),
  ...requiredFields.map((field) => [`array-${field}`, rawly(field, '["x"]')] as const),
  ...["id", "associated_id", "meeting_display_name", "organization_id"].map(
    (field) => [`number-${field}`, rawly(field, "12345678901234567890")] as const,
  ),
  ...["id", "meeting_display_name", "type", "status"].map((field) => [`empty-${field}`, rawly(field, '""')] as const),
  ["times-stray-quote", times((time) => `${time}"`)],
  ["times-blank-for-t", times((time) => time.replace("T", " "))],
  ["times-no-zone", times((time) => time.replace("Z", ""))],
  ["times-offset", times((time) => time.replace("Z", "+00:00"))],
  ["times-lower-case", times((time) => time.toLowerCase())],
  ["times-epoch-number", times((time) => Date.parse(time))],
  ["times-impossible-date", times(() => "2024-02-30T10:00:00.000Z")],
  ["times-hour-24", times(() => "2024-02-28T24:00:00.000Z")],
  ["times-empty", times(() => "")],
  ["times-word", times(() => "yesterday")],
  ["times-year-one", times(() => "0001-01-01T00:00:00Z")],
  ["times-far-future", times(() => "+275760-09-13T00:00:00.000Z")],
  ...Array.from(
    { length: 10 },
    (_, digits) =>
      [
        `times-${digits}-digits`,
        times((time) => time.replace(/\.\d+Z$/, digits === 0 ? "Z" : `.${"123456789".slice(0, digits)}Z`)),
      ] as const,
  ),
  ["ended-at-null-word", having(() => ({ ended_at: "null" }))],
  ["ended-at-quoted-null-word", having(() => ({ ended_at: "'null'" }))],
  ["ended-at-absent", without("ended_at")],
  ["ended-at-number", having(() => ({ ended_at: 0 }))],
  ["ended-at-before-start", having(() => ({ ended_at: "2001-01-01T00:00:00.000Z" }))],
  ["ended-without-end", having(() => ({ status: "ENDED", ended_at: null }))],
  ["live-with-end", having((row) => ({ status: "LIVE", ended_at: row.updated_at }))],
  ["numbers-negative", numbers("-1")],
  ["numbers-minus-zero", numbers("-0")],
  ["numbers-fraction", numbers("1.5")],
  ["numbers-nan-word", numbers('"NaN"')],
  ["numbers-as-strings", numbers('"3"')],
  ["numbers-infinite", numbers("1e400")],
  ["numbers-huge", numbers("12345678901234567890")],
  ["numbers-tiny", numbers("5e-324")],
  ["numbers-boolean", numbers("true")],
  ["id-duplicate", (row) => [JSON.stringify(row), JSON.stringify(row)]],
  [
    "id-duplicate-differing",
    (row) => [JSON.stringify(row), JSON.stringify({ ...row, minutes_consumed: row.minutes_consumed + 1 })],
  ],
  ["id-path", having(() => ({ id: "../../../tokens" }))],
  ["id-long", having(() => ({ id: "a".repeat(100_000) }))],
  ["row-null", () => ["null"]],
  ["row-string", () => ['"session"']],
  ["row-number", () => ["7"]],
  ["row-true", () => ["true"]],
  ["row-array", () => ["[]"]],
  ["row-nested-array", (row) => [`[${JSON.stringify(row)}]`]],
  ["row-empty", () => ["{}"]],
  ["rooms-object", having(() => ({ breakout_rooms: { room: "one" } }))],
  ["rooms-string", having(() => ({ breakout_rooms: "none" }))],
  ["rooms-null", having(() => ({ breakout_rooms: null }))],
  ["rooms-of-strings", having(() => ({ breakout_rooms: ["one", null, 3, []] }))],
  ["rooms-broken-rows", having((row) => ({ breakout_rooms: [{ ...row, id: 7 }, { id: "only-an-id" }] }))],
  [
    "rooms-nested",
    having((row) => ({
      breakout_rooms: [{ ...row, id: `${row.id}-1`, breakout_rooms: [{ ...row, id: `${row.id}-2` }] }],
    })),
  ],
  [
    "rooms-many",
    having((row) => ({ breakout_rooms: Array.from({ length: 500 }, () => ({ ...row, breakout_rooms: [] })) })),
  ],
  ["status-unknown", having(() => ({ status: "PAUSED" }))],
  ["status-lower-case", having((row) => ({ status: row.status.toLowerCase() }))],
  ["status-blank", having((row) => ({ status: ` ${row.status} ` }))],
  ["type-unknown", having(() => ({ type: "hologram" }))],
  ["type-upper-case", having((row) => ({ type: row.type.toUpperCase() }))],
  ["title-lone-surrogate", rawly("meeting_display_name", '"a\\ud800b\\udc00"')],
  ["title-control-characters", rawly("meeting_display_name", '"a\\u0000\\u001b[31m\\r\\nX-Injected: 1"')],
  ["title-bidi", having(() => ({ meeting_display_name: "\u202Egnp.exe\u202C\u2066\u200B\uFEFF" }))],
  ["title-combining", having(() => ({ meeting_display_name: `z${"\u0335".repeat(5_000)}` }))],
  ["title-html", having(() => ({ meeting_display_name: '"><script>alert(1)</script><img src=x onerror=alert(1)>' }))],
  ["title-line-separators", having(() => ({ meeting_display_name: "a\u2028b\u2029</script>" }))],
  ["title-long", having(() => ({ meeting_display_name: "長".repeat(100_000) }))],
  ["meta-deep", rawly("meta", "[".repeat(10_000) + "]".repeat(10_000))],
  ["meta-string", having(() => ({ meta: "secret" }))],
  ["proto-key", (row) => [`{"__proto__":{"polluted":true},${JSON.stringify(row).slice(1)}`]],
  ["constructor-key", (row) => [`{"constructor":{"prototype":{"polluted":true}},${JSON.stringify(row).slice(1)}`]],
  ["keys-duplicate", (row) => [`${JSON.stringify(row).slice(0, -1)},"status":"ENDED","id":"second-id"}`]],
  ["keys-many", having(() => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index])))],
  [
    "keys-camel-case",
    (row) => [JSON.stringify({ id: row.id, associatedId: row.associated_id, startedAt: row.started_at })],
  ],
];

/** All row faults, each under its own name. */
export const rowFaults: readonly RowFault[] = entries.map(([name, apply]) => ({ name, apply }));

/** The names of all row faults. */
export const rowFaultNames: readonly string[] = rowFaults.map((fault) => fault.name);

const byName = new Map(rowFaults.map((fault) => [fault.name, fault]));

/** A row fault by name. */
export function rowFault(name: string): RowFault | undefined {
  return byName.get(name);
}
