// Reads query parameters the way the service's validator does: a repeated parameter counts once, with its first value; an unknown
// one is ignored; an empty one is absent; a malformed one is a problem, in the validator's words.

/** Reads one query and collects what is wrong with it. Each verb gives the value, or what it gives for an absent one. */
export type QueryReader = {
  text(name: string): string | undefined;
  choice<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined;
  /** Epoch milliseconds of an ISO 8601 date or time. */
  instant(name: string, absent: number): number;
  /** A number from 0 on, cut off to a whole one. */
  count(name: string): number | undefined;
  /** A number from `low` to `high`. */
  bounded(name: string, low: number, high: number): number | undefined;
  flag(name: string): boolean;
  refuse(problem: string): void;
  /** A sentence on the first thing wrong. */
  problem(): string | undefined;
};

export function createQueryReader(params: URLSearchParams): QueryReader {
  const problems: string[] = [];
  const text = (name: string) => params.get(name) || undefined;
  const count = (name: string) => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = Math.floor(Number(given));
    if (!Number.isFinite(value) || value < 0) problems.push(`"${name}" must be 0 or greater`);
    return value;
  };
  const choice = <Value extends string>(name: string, allowed: readonly Value[]) => {
    const given = text(name);
    const value = allowed.find((candidate) => candidate === given);
    if (given !== undefined && value === undefined) problems.push(`"${name}" must be one of [${allowed.join(", ")}]`);
    return value;
  };
  return {
    text,
    choice,
    count,
    instant(name, absent) {
      const given = text(name);
      if (given === undefined) return absent;
      const ms = /^\d{4}-\d{2}-\d{2}/.test(given) ? Date.parse(given) : Number.NaN;
      if (Number.isNaN(ms)) problems.push(`"${name}" must be a valid ISO 8601 date`);
      return ms;
    },
    bounded(name, low, high) {
      const value = count(name);
      if (value !== undefined && value < low) problems.push(`"${name}" must be greater than or equal to ${low}`);
      if (value !== undefined && value > high) problems.push(`"${name}" must be less than or equal to ${high}`);
      return value;
    },
    flag: (name) => choice(name, ["true", "false"]) === "true",
    refuse: (problem) => void problems.push(problem),
    problem: () => problems[0],
  };
}
