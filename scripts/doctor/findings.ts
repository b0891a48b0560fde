// What a check found, the line it is told in, and what all of them come to as an exit code.
//
// A finding is written by us alone: no secret, no session, and no word of the upstream's or of Redis' answers is in it.

export type Level = "ok" | "note" | "warn" | "fail";

/** `check`: a setting's name or what was looked at. `place`: where it is set. `fix`: what to do, where there is something to do. */
export type Finding = { level: Level; check: string; place?: string; what: string; fix?: string };

/** Takes findings as they come. */
export type Tell = (finding: Finding) => void;

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** `explain`: the caller is shown nothing. */
export const EXIT_REFUSED = 3;
/** EX_CONFIG of sysexits.h: the configuration can't be used, so nothing else was looked at. */
export const EXIT_MISCONFIGURED = 78;

/** Ends the command with one message on standard error. */
export class Refusal extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT_USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}

const labels: Readonly<Record<Level, string>> = { ok: "ok  ", note: "note", warn: "warn", fail: "FAIL" };

/** One line: `FAIL  API_KEYS (.env:3): entry 1 is not id=sha256 → make one with: …`. */
export function lineOf({ level, check, place, what, fix }: Finding): string {
  const where = place === undefined ? "" : ` (${place})`;
  return `${labels[level]}  ${check}${where}: ${what}${fix === undefined ? "" : ` → ${fix}`}`;
}

const hanging = " ".repeat(6);

/** A text for a screen: broken at blanks to so many columns, and a fix on a line of its own. Words longer than that stay whole. */
export const wrapped = (text: string, columns = 80): string =>
  text
    .split("\n")
    .map((line) => wrappedLine(line, columns))
    .join("\n");

function wrappedLine(line: string, columns: number): string {
  const rows: string[] = [];
  for (const [place, part] of line.split(/ (?=→ )/).entries()) {
    let row = place === 0 ? "" : hanging;
    for (const word of part.split(/(?<=\S) /)) {
      const longer = row.trim() === "" ? row + word : `${row} ${word}`;
      if (longer.length > columns && row.trim() !== "") {
        rows.push(row);
        row = hanging + word;
      } else row = longer;
    }
    rows.push(row);
  }
  return rows.join("\n");
}

/** `strict`: warnings count as failures. Notes never do. */
export function exitCodeOf(findings: readonly Finding[], { strict }: { strict: boolean }): number {
  const isBad = ({ level }: Finding) => level === "fail" || (strict && level === "warn");
  return findings.some(isBad) ? EXIT_FAILED : EXIT_OK;
}

/** A problem or a warning as the configuration tells it, `NAME: reason (fix)`, at the level given. */
export function findingOf(problem: string, level: "warn" | "fail"): Finding {
  const [, check = "configuration", what = problem, fix] = /^(\w+): (.*?)(?: \(([^()]*)\))?$/s.exec(problem) ?? [];
  return fix === undefined ? { level, check, what } : { level, check, what, fix };
}

/** The last line: how many of each, and what it cost. */
export function summaryOf(findings: readonly Finding[], upstreamCalls: number): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const warnings = count("warn");
  const calls = `${upstreamCalls} upstream ${upstreamCalls === 1 ? "call" : "calls"} spent`;
  return `${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${count("fail")} failed; ${calls}`;
}
