// The kinds of values that fields have: each is a strict schema, for what clients see, with a tolerant reader, for what the upstream says.
//
// Lengths stand in the document, patterns do not: generators that make mock data or schemas of their own fail on patterns beside a
// format, and on ids. Lengths are in UTF-16 units, which is never less than the code points a JSON Schema validator counts.
import * as z from "zod";
import { cut, isRecord } from "../ground/plain-data.ts";
import { CANONICAL_PATTERN, readTimestamp } from "../ground/timestamp.ts";
import { readMeta } from "./meta.ts";
import type { LeaveOut, ReadContext } from "./resource.ts";

/** UUIDs today; room names and older ids pass as they are. Nothing that means something in a URL: clients build paths from ids. */
const OPAQUE_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;
const TEXT_LENGTH_MAX = 1_024;
const URL_LENGTH_MAX = 4_096;
const NUMBER_MAX = Number.MAX_SAFE_INTEGER;

type Reading = { context: ReadContext; leaveOut: LeaveOut };

/** How values of one kind are read and written. `read` gives null for "there is none", and undefined for what can't be made valid. */
export type Kind<Schema extends z.ZodType = z.ZodType> = {
  schema: Schema;
  /** Whoever has the value needs no token: it is in no export. */
  isSecret?: true;
  read(raw: unknown, reading: Reading): unknown;
};

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
  isSecret: true,
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
