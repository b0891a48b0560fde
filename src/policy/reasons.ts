// The pieces the grammar of the policy document is made of, so that every mistake is told with its place and its fix, all of
// them at once, and without what was written there.
//
// Where a value may have several shapes, its look decides which one is meant: the mistakes told are then those of that
// shape, at their own places, and not that nothing fitted.

import * as z from "zod";

const LIST_LENGTH_MAX = 1_000;
/** A key that is shown where it is unknown: any other might be a secret in the wrong place. */
const SHOWN_KEY = /^[A-Za-z_-]{1,32}$/;

/** The reason for whatever is wrong with a value: there is none, or not such a one. */
export const write = (fix: string) => ({
  error: ({ input }: { input?: unknown }) => `${input === undefined ? "is missing" : "is not usable"} (write ${fix})`,
});

/** An object with these keys and no others. */
export const exactly = <Shape extends z.core.$ZodShape>(shape: Shape) => {
  const keys = Object.keys(shape).join(", ");
  const { error } = write(`an object with ${keys}`);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `is not known here (known are ${keys})` : error(issue)),
  });
};

/** Reads a value by the schema that `pick` finds for it. */
export const choose = <Value>(pick: (raw: unknown) => z.ZodType<Value>): z.ZodType<Value> =>
  z.unknown().transform((raw, context) => {
    const parsed = pick(raw).safeParse(raw);
    if (parsed.success) return parsed.data;
    for (const { path, message } of locatedIssues(parsed.error)) context.addIssue({ code: "custom", path, message });
    return z.NEVER;
  });

/** Each reason with its path; an unknown key at a place of its own, by name where that can hardly be a secret. */
const locatedIssues = ({ issues }: z.ZodError): { path: PropertyKey[]; message: string }[] =>
  issues.flatMap(({ path, message, ...issue }) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...path, SHOWN_KEY.test(key) ? key : "?"], message }))
      : [{ path, message }],
  );

/** Takes every text once. */
export const once = () => {
  const seen = new Set<string>();
  return (text: string) => seen.size < seen.add(text).size;
};

export const listOf = <Item>(item: z.ZodType<Item>, fix: string) =>
  z
    .array(item, write(fix))
    .refine(({ length }) => length > 0, "is empty (list at least one)")
    .refine(({ length }) => length <= LIST_LENGTH_MAX, `is too long (list at most ${LIST_LENGTH_MAX})`);

/** Every item once. */
export const setOf = <Item extends string>(item: z.ZodType<Item>, fix: string) =>
  choose(() => listOf(item.refine(once(), "repeats an earlier entry (list each once)"), fix));

/** What `read` makes of a text. */
export const textAs = (read: (text: string) => string | undefined, fix: string) =>
  z.string(write(fix)).transform((text, context) => {
    const value = read(text);
    if (value === undefined) context.addIssue({ code: "custom", message: `is not usable (write ${fix})` });
    return value ?? z.NEVER;
  });

/** A document's mistakes, each as `place: reason (fix)`. */
export const problemsOf = (error: z.ZodError): string[] =>
  locatedIssues(error).map(({ path, message }) => `${placeOf(path)}: ${message}`);

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return place === "" ? "document" : place.replace(/^\./, "");
}
