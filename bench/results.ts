// The run as a table on the terminal and as `RESULTS.md`.
import type { Figure, Measurement } from "./figure.ts";
import type { Fact } from "./support/machine.ts";

export type Result = { figure: Figure; measurement: Measurement };
export type Run = { date: string; machine: readonly Fact[]; versions: readonly Fact[]; results: readonly Result[] };

const columns = ["what", "must", "aim", "measured", "verdict"];

const cellsOf = ({ figure, measurement }: Result) => [
  figure.what,
  figure.must,
  figure.aim ?? "",
  measurement.measured,
  measurement.verdict,
];

export function asMarkdown({ date, machine, versions, results }: Run): string {
  const details = results.flatMap(({ figure, measurement }) => [
    `### ${figure.name}`,
    "",
    figure.method,
    "",
    ...(measurement.table ? [table(measurement.table), ""] : []),
    ...(measurement.notes?.map((note) => `- ${note}`) ?? []),
    "",
  ]);
  const lines = [
    "# Figures",
    "",
    "Written by `npm run bench`. Ratios compare what ran on the same machine in the same run; absolute numbers hold for this machine only.",
    "",
    `Measured ${date}.`,
    "",
    table([columns, ...results.map(cellsOf)]),
    "",
    "## Machine",
    "",
    table([["part", "value"], ...machine]),
    "",
    "## Versions",
    "",
    table([["program", "version"], ...versions]),
    "",
    "## How it was measured",
    "",
    ...details,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** For the terminal: one figure a block, numbers side by side below it. */
export function asText(results: readonly Result[]): string {
  return results
    .map(({ figure, measurement }) => {
      const aim = figure.aim === undefined ? "" : `, aim ${figure.aim}`;
      return [
        `${measurement.verdict.toUpperCase().padEnd(9)} ${figure.name}: ${measurement.measured}`,
        `          must ${figure.must}${aim}`,
        ...alignedRows(measurement.table ?? []).map((row) => `          ${row}`),
        ...(measurement.notes ?? []).map((note) => `          ${note}`),
      ].join("\n");
    })
    .join("\n");
}

function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}
