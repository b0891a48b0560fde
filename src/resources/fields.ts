// The fields that items are made of: a kind of value, and what stands where the upstream says nothing.
//
// The rule of reading: *what is wrong drops the item; what is absent is filled in only where that states nothing new.* Absent means
// undefined or null, for times also `'null'` and an empty text. Fields that no document of the upstream lists are loose: what is wrong
// there counts as absent. Items are projected by name: unknown fields never pass.
import * as z from "zod";
import { fail, ok, type Result } from "../ground/errors.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import type { Kind } from "./kinds.ts";
import type { LeaveOut, ReadContext } from "./resource.ts";

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

/** An item inside an item; none where it can't be made valid. */
const one = <Schema extends z.ZodObject>(item: ItemKind<Schema>): Kind<Schema> => ({
  schema: item.schema,
  read(raw, { context, leaveOut }) {
    const read = readItem(raw, item, context, leaveOut);
    return read.ok ? read.value : undefined;
  },
});

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

/** How a field is made of a kind. */
type Make = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
) => Field<Schema>;

const make =
  (absent: Field["absent"]): Make =>
  (kind, description, ...examples) => ({ ...kind, schema: describe(kind.schema, description, examples), absent });

/** Must be there: an invented 0 of `live_participants` would read "nobody is in". */
export const required = make("required");

/** The item's `finish` sees to it where the upstream does not say. */
export const completed = make("later");

/** `value` where the upstream does not say. */
export const defaulted = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  value: unknown,
  description: string,
  ...examples: unknown[]
): Field<Schema> => make({ value })(kind, description, ...examples);

/** Null where the upstream does not say. */
export const nullable = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<z.ZodNullable<Schema>> => {
  const format = kind.schema.meta()?.format;
  const schema = kind.schema.nullable().meta({ ...(typeof format === "string" && { format }) });
  return make({ value: null })({ ...kind, schema }, description, ...examples);
};

/** Null where the upstream does not say, or says what can't be read: for what none of its documents lists. */
export const loose = <Schema extends z.ZodType>(kind: Kind<Schema>, description: string, ...examples: unknown[]) => ({
  ...nullable(kind, description, ...examples),
  isLoose: true,
});

/** Not there at all where there is none. */
export const omittable = <Schema extends z.ZodType>(
  kind: Kind<Schema>,
  description: string,
  ...examples: unknown[]
): Field<z.ZodOptional<Schema>> =>
  make("omitted")({ ...kind, schema: kind.schema.optional() }, description, ...examples);

/** An item with nothing in it where the upstream does not say. None of its fields may be required. */
export const part = <Schema extends z.ZodObject>(item: ItemKind<Schema>): Field<Schema> => ({
  ...one(item),
  absent: { value: emptyOf(item) },
});

const emptyOf = ({ fields }: ItemKind): Draft =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { absent }]) => [name, typeof absent === "object" ? absent.value : null]),
  );

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
