// What a figure is, and when its number is good enough.
//
// A figure measures one thing and says how. It never decides whether the run fails: a figure that misses is a finding, a
// figure that can't be measured is a fault, and throws.

/** `quick` shows that a figure can be measured; its numbers are not worth keeping. */
export type Effort = "quick" | "full";

/** `reported`: nothing was promised. `absent`: what it is measured with is not installed. */
export type Verdict = "aim met" | "must met" | "missed" | "reported" | "absent";

export type Measurement = {
  /** The number, with its unit and spread. */
  measured: string;
  verdict: Verdict;
  /** Further findings, one sentence each. */
  notes?: readonly string[];
  /** Numbers side by side; the first row names the columns. */
  table?: readonly (readonly string[])[];
};

export type Progress = (text: string) => void;

export type Figure = {
  /** For `--only`. */
  name: string;
  /** The first column of the table. */
  what: string;
  must: string;
  /** Absent where the must is all there is to reach. */
  aim?: string;
  /** One or two sentences. */
  method: string;
  run(effort: Effort, progress: Progress): Promise<Measurement>;
};

/** Bounds of a number of which less is better. */
export function atMost(value: number, bounds: { must: number; aim?: number }): Verdict {
  if (!(value <= bounds.must)) return "missed";
  return value <= (bounds.aim ?? -Infinity) ? "aim met" : "must met";
}

/** Bounds of a number of which more is better. */
export function atLeast(value: number, bounds: { must: number; aim?: number }): Verdict {
  if (!(value >= bounds.must)) return "missed";
  return value >= (bounds.aim ?? Infinity) ? "aim met" : "must met";
}

/** For promises that hold or don't. */
export const held = (isHeld: boolean): Verdict => (isHeld ? "must met" : "missed");
