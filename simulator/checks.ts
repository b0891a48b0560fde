// Small checks for JSON that came from outside: a value of a known type, or a `CheckError` whose message names the place.
// The types of faults are inferred from these, so that what is checked and what is typed can't drift apart.

/** What is wrong with a value and where. The message is a whole sentence. */
export class CheckError extends Error {
  constructor(place: string, what: string) {
    super(`${place} ${what}`);
    this.name = "CheckError";
  }
}

/** Returns the value as `Value` or throws a `CheckError`. `undefined` is an absent member. */
export type Check<Value> = (value: unknown, place: string) => Value;

/** The checks of an object's members. */
export type Shape = Readonly<Record<string, Check<unknown>>>;

/** What a shape lets through. */
export type Checked<Members extends Shape> = { readonly [Name in keyof Members]: ReturnType<Members[Name]> };

export function wholeNumber(low: number, high: number): Check<number> {
  return (value, place) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new CheckError(place, `must be a whole number from ${low} to ${high}`);
  };
}

export function fraction(): Check<number> {
  return (value, place) => {
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    throw new CheckError(place, "must be a number from 0 to 1");
  };
}

export function text(lengthMax: number): Check<string> {
  return (value, place) => {
    if (typeof value === "string" && value.length <= lengthMax) return value;
    throw new CheckError(place, `must be a string of at most ${lengthMax} characters`);
  };
}

/** A string that may stand in a header: printable ASCII. */
export function headerText(lengthMax: number): Check<string> {
  const inner = text(lengthMax);
  return (value, place) => {
    const checked = inner(value, place);
    if (/^[\x20-\x7e]*$/.test(checked)) return checked;
    throw new CheckError(place, "must be printable ASCII");
  };
}

export function oneOf<const Value extends string>(...allowed: readonly Value[]): Check<Value> {
  return (value, place) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new CheckError(place, `must be one of ${allowed.join(", ")}`);
  };
}

export function optional<Value>(check: Check<Value>): Check<Value | undefined> {
  return (value, place) => (value === undefined ? undefined : check(value, place));
}

export function withDefault<Value>(check: Check<Value>, absent: Value): Check<Value> {
  return (value, place) => (value === undefined ? absent : check(value, place));
}

/** Whether a value is an object with members (neither null nor an array). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object with exactly these members; any other name is refused by name. */
export function object<Members extends Shape>(members: Members, what: string): Check<Checked<Members>> {
  return (value, place) => {
    if (!isRecord(value)) throw new CheckError(place, `must be ${what}`);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(members, name)) throw new CheckError(place, `has the unknown key ${JSON.stringify(name)}`);
    }
    const checked: Record<string, unknown> = {};
    for (const [name, check] of Object.entries(members)) {
      const member = check(Object.hasOwn(value, name) ? value[name] : undefined, `${place}.${name}`);
      if (member !== undefined) checked[name] = member;
    }
    return trust<Checked<Members>>(checked);
  };
}

/** The one cast: every member of `checked` has just passed the check that `Value` is inferred from. */
function trust<Value>(checked: unknown): Value {
  return checked as Value;
}
