// The fields that items are made of: each is a strict schema, for what clients see, with a tolerant reader, for what the upstream says.
//
// The rule of reading: *what is wrong drops the item; what is absent is filled in only where that states nothing new.* Absent means
// undefined or null, for times also `'null'` and an empty text. Fields that no document of the upstream lists are loose: what is wrong
// there counts as absent. Items are projected by name: unknown fields never pass.
//
// Lengths stand in the document, patterns do not: generators that make mock data or schemas of their own fail on patterns beside a
// format, and on ids. Lengths are in UTF-16 units, which is never less than the code points a JSON Schema validator counts.
import * as z from "zod";
import { fail, ok, type Result } from "../ground/errors.ts";
import { cut, field, isRecord } from "../ground/plain-data.ts";
import { CANONICAL_PATTERN, readTimestamp } from "../ground/timestamp.ts";
import { readMeta } from "./meta.ts";
import type { LeaveOut, ReadContext } from "./resource.ts";

/** UUIDs today; room names and older ids pass as they are. Nothing that means something in a URL: clients build paths from ids. */
export const OPAQUE_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;
export const TEXT_LENGTH_MAX = 1_024;
const URL_LENGTH_MAX = 4_096;
export const NUMBER_MAX = Number.MAX_SAFE_INTEGER;

type Reading = { context: ReadContext; leaveOut: LeaveOut };

/** How values of one kind are read and written. `read` gives null for "there is none", and undefined for what can't be made valid. */
export type Kind<Schema extends z.ZodType = z.ZodType> = {
  schema: Schema;
  read(raw: unknown, reading: Reading): unknown;
};

export type Field<Schema extends z.ZodType = z.ZodType> = Kind<Schema> & {
  /**
   * What stands where the upstream says nothing: "required" drops the item, "omitted" leaves the key out, "later" leaves it to the
   * item's `finish`.
   */
  absent: "required" | "omitted" | "later" | { value: unknown };
  /** What is wrong counts as absent. */
  isLoose?: boolean;
  /** Other names under which the upstream is known to send it; a dot leads into an object. */
  aliases?: readonly string[];
};

const isAbsent = (raw: unknown): boolean => raw === undefined || raw === null;

const opaqueId = (text: unknown) => typeof text === "string" && text.length <= 128 && OPAQUE_ID_PATTERN.test(text);

export const id: Kind<z.ZodString> = {
  schema: z
    .string()
    .min(1)
    .max(128)
    .refine((text) => OPAQUE_ID_PATTERN.test(text)),
  read: (raw) => (opaqueId(raw) ? raw : undefined),
};

/** The same, or empty. */
export const idOrEmpty: Kind<z.ZodString> = {
  schema: z
    .string()
    .max(128)
    .refine((value) => value === "" || OPAQUE_ID_PATTERN.test(value)),
  read: id.read,
};

/** Lone surrogates are replaced, not refused: a text is for showing, and one broken title must not hide a row. Longer ones are cut. */
export const text = (lengthMax = TEXT_LENGTH_MAX): Kind<z.ZodString> => ({
  schema: z.string().max(lengthMax),
  read: (raw) => (typeof raw === "string" ? cut(raw, lengthMax).toWellFormed() : undefined),
});

/** Written as the enum has it, read in any ASCII case. */
export const word = <const Options extends readonly [string, ...string[]]>(
  options: Options,
): Kind<z.ZodEnum<{ [Option in Options[number]]: Option }>> => ({
  schema: z.enum(options),
  read(raw) {
    if (typeof raw !== "string" || raw.length > 64 || !/^[A-Za-z_]+$/.test(raw)) return undefined;
    return options.find((option) => option.toUpperCase() === raw.toUpperCase());
  },
});

/** A word that the upstream may add to: 1 to 64 of `A-Z`, `0-9` and `_`. */
export const openWord: Kind<z.ZodString> = {
  schema: z.string().min(1).max(64),
  read: (raw) => (typeof raw === "string" && /^\w{1,64}$/.test(raw) ? raw.toUpperCase() : undefined),
};

/** 0 or more, finite, exact as a double. Minus zero becomes zero. */
function readNumber(raw: unknown): number | undefined {
  return typeof raw === "number" && raw >= 0 && raw <= NUMBER_MAX ? raw + 0 : undefined;
}
const DECIMAL = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/;
/** Where numbers have been seen as text. */
const readNumberOrText = (raw: unknown) =>
  readNumber(typeof raw === "string" && raw.length <= 31 && DECIMAL.test(raw) ? Number(raw) : raw);

/** Below 2^53, so that a double holds it: said as a maximum and not as a format, which some clients read into a bigint. */
export const count: Kind<z.ZodInt> = {
  schema: z.int().min(0).max(NUMBER_MAX),
  read(raw) {
    const value = readNumber(raw);
    return Number.isInteger(value) ? value : undefined;
  },
};
/** The same where the upstream has been seen to send text. */
export const countOrText: Kind<z.ZodInt> = {
  schema: count.schema,
  read(raw) {
    const value = readNumberOrText(raw);
    return Number.isInteger(value) ? value : undefined;
  },
};

export const amount: Kind<z.ZodNumber> = {
  schema: z.number().min(0).max(NUMBER_MAX).meta({ format: "double" }),
  read: readNumber,
};
export const amountOrText: Kind<z.ZodNumber> = { schema: amount.schema, read: readNumberOrText };

export const yesOrNo: Kind<z.ZodBoolean> = {
  schema: z.boolean(),
  read: (raw) => (typeof raw === "boolean" ? raw : undefined),
};

/** No least length for a moment: mock data has moments without milliseconds. The refinement holds for us alone. */
export const moment: Kind<z.ZodString> = {
  schema: z
    .string()
    .max(24)
    .refine((value) => CANONICAL_PATTERN.test(value))
    .meta({ format: "date-time" }),
  read: readTimestamp,
};

/** An https address (http on loopback), as the upstream signed it. */
export const link: Kind<z.ZodString> = {
  schema: z.string().max(URL_LENGTH_MAX).meta({ format: "uri" }),
  read(raw) {
    if (typeof raw !== "string" || raw.length > URL_LENGTH_MAX || !URL.canParse(raw)) return undefined;
    const { protocol, hostname } = new URL(raw);
    const isLoopback = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
    return protocol === "https:" || (protocol === "http:" && isLoopback) ? raw : undefined;
  },
};

/** Free-form data that passes only where the operator exposes it. */
export const meta: Kind<z.ZodRecord<z.ZodString, z.ZodUnknown>> = {
  schema: z.record(z.string(), z.unknown()),
  read(raw, { context, leaveOut }) {
    if (!context.exposeMeta) return null;
    const copied = readMeta(raw);
    if (copied === undefined) leaveOut("meta.refused", 0);
    return copied ?? null;
  },
};

/** An item inside an item; none where it can't be made valid. */
const one = <Schema extends z.ZodObject>(item: ItemKind<Schema>): Kind<Schema> => ({
  schema: item.schema,
  read(raw, { context, leaveOut }) {
    const read = readItem(raw, item, context, leaveOut);
    return read.ok ? read.value : undefined;
  },
});

const FIGURES_MAX = 32;

/** Named figures: what is no number, or has a name of another form, is left out. */
export const figures: Kind<z.ZodRecord<z.ZodString, z.ZodNumber>> = {
  schema: z.record(z.string().max(64), z.number()),
  read(raw) {
    if (!isRecord(raw)) return undefined;
    const named = Object.keys(raw).filter((name) => /^[a-z0-9_]{1,64}$/.test(name) && name !== "__proto__");
    const read = named.sort().flatMap((name): [string, number][] => {
      const value = raw[name];
      return typeof value === "number" && Math.abs(value) <= NUMBER_MAX ? [[name, value + 0]] : [];
    });
    return Object.fromEntries(read.slice(0, FIGURES_MAX));
  },
};

/** Items inside an item, each read like one: those that can't be made valid, or are there twice, are left out and counted. */
export function listOf<Schema extends z.ZodObject>(item: ItemKind<Schema>, itemsMax: number): Kind<z.ZodArray<Schema>> {
  return {
    schema: z.array(item.schema).max(itemsMax),
    read(raw, { context, leaveOut }) {
      if (!Array.isArray(raw)) {
        leaveOut("invalid", 1);
        return [];
      }
      const read = readItems(raw.slice(0, itemsMax), item, context, leaveOut);
      if (raw.length > itemsMax) leaveOut("excess", raw.length - itemsMax);
      return read;
    },
  };
}

type Described = { description: string; examples?: readonly unknown[] };
/** What has a name of its own in the document is described there. */
const describe = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  examples: readonly unknown[],
): Schema => {
  const known = schema.meta();
  if (known?.id !== undefined) return schema;
  return schema.meta({ ...known, description, ...(examples.length > 0 && { examples: [...examples] }) } as Described);
};

/** Must be there: an invented 0 of `live_participants` would read "nobody is in". */
export const required = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<Schema> => ({ ...kind, schema: describe(kind.schema, description, examples), absent: "required" });

/** Null where the upstream does not say. */
export const nullable = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<z.ZodNullable<Schema>> => {
  const format = kind.schema.meta()?.format;
  const schema = kind.schema.nullable().meta({ ...(typeof format === "string" && { format }) });
  return { ...kind, schema: describe(schema, description, examples), absent: { value: null } };
};

/** Null where the upstream does not say, or says what can't be read: for what none of its documents lists. */
export const loose = <Schema extends z.ZodType>(kind: Kind<Schema>, description: string, ...examples: unknown[]) => ({
  ...nullable(kind, description, ...examples),
  isLoose: true,
});

/** `value` where the upstream does not say. */
export const defaulted = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  value: unknown,
  description: string,
  ...examples: unknown[]
): Field<Schema> => ({ ...kind, schema: describe(kind.schema, description, examples), absent: { value } });

/** An item with nothing in it where the upstream does not say. None of its fields may be required. */
export const part = <Schema extends z.ZodObject>(item: ItemKind<Schema>): Field<Schema> => ({
  ...one(item),
  absent: { value: emptyOf(item) },
});

const emptyOf = ({ fields }: ItemKind): Draft =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { absent }]) => [name, typeof absent === "object" ? absent.value : null]),
  );

/** The item's `finish` sees to it where the upstream does not say. */
export const completed = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<Schema> => ({ ...kind, schema: describe(kind.schema, description, examples), absent: "later" });

/** Not there at all where there is none. */
export const omittable = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<z.ZodOptional<Schema>> => ({
  ...kind,
  schema: describe(kind.schema.optional(), description, examples),
  absent: "omitted",
});

type Draft = Record<string, unknown>;

export type ItemKind<Schema extends z.ZodObject = z.ZodObject> = {
  schema: Schema;
  fields: Readonly<Record<string, Field>>;
  /** Fills in what depends on other fields. */
  finish(draft: Draft, context: ReadContext): void;
};

type Shape<Fields extends Record<string, Field>> = { [Name in keyof Fields]: Fields[Name]["schema"] };

/** An item of these fields, in this order. `id` names the schema in the document. */
export function itemOf<Fields extends Record<string, Field>>(
  schemaId: string,
  description: string,
  fields: Fields,
  finish: ItemKind["finish"] = () => {},
): ItemKind<z.ZodObject<Shape<Fields>, z.core.$strict>> {
  const shape = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])) as Shape<Fields>;
  return { schema: z.strictObject(shape).meta({ id: schemaId, description }), fields, finish };
}

/** The item, or a reason such as `started_at.invalid`. Keys stand in the order of the schema. */
export function readItem(
  raw: unknown,
  { fields, finish }: ItemKind,
  context: ReadContext,
  leaveOut: LeaveOut,
): Result<Draft, string> {
  if (!isRecord(raw)) return fail("row.invalid");
  const draft: Draft = {};
  for (const [name, kind] of Object.entries(fields)) {
    const reading = { context, leaveOut: (reason: string, left: number) => leaveOut(nestedReason(name, reason), left) };
    const given = ownValue(raw, name, kind.aliases);
    let value = isAbsent(given) ? null : kind.read(given, reading);
    if (value === undefined && kind.isLoose === true) value = null;
    if (value === undefined) return fail(`${name}.invalid`);
    if (value !== null) draft[name] = value;
    else if (kind.absent === "required") return fail(`${name}.missing`);
    else if (kind.absent === "later") draft[name] = null;
    else if (kind.absent !== "omitted") draft[name] = kind.absent.value;
  }
  finish(draft, context);
  return ok(draft);
}

const nestedReason = (name: string, reason: string) => (reason.startsWith(`${name}.`) ? reason : `${name}.${reason}`);

function ownValue(raw: Record<string, unknown>, name: string, aliases: readonly string[] = []): unknown {
  for (const known of [name, ...aliases]) {
    const value = known.split(".").reduce<unknown>(field, raw);
    if (!isAbsent(value)) return value;
  }
  return undefined;
}

/** Items that can be read, unique by id. */
export function readItems(rows: readonly unknown[], item: ItemKind, context: ReadContext, leaveOut: LeaveOut): Draft[] {
  const items = new Map<unknown, Draft>();
  for (const [place, raw] of rows.entries()) {
    const read = readItem(raw, item, context, leaveOut);
    const key = read.ok && "id" in item.fields ? read.value["id"] : place;
    if (!read.ok) leaveOut(read.failure, 1);
    else if (items.has(key)) leaveOut("row.duplicate", 1);
    else items.set(key, read.value);
  }
  return [...items.values()];
}
