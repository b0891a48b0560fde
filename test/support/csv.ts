// A reader of CSV (RFC 4180), written without a look at the writer: what it reads is what a spreadsheet would have in its cells.

/** The rows of a text, each with its cells. Throws for what is no CSV. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let place = 0;
  while (place < text.length) {
    let cell = "";
    if (text[place] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(place));
      if (!quoted) throw new Error(`an open quote at ${place}`);
      cell = (quoted[1] ?? "").replaceAll('""', '"');
      place += quoted[0].length;
    } else {
      const [plain = ""] = /^[^",\r\n]*/.exec(text.slice(place)) ?? [];
      cell = plain;
      place += plain.length;
    }
    row.push(cell);
    if (text[place] === ",") place += 1;
    else if (text.startsWith("\r\n", place)) {
      rows.push(row);
      row = [];
      place += 2;
    } else throw new Error(`neither a comma nor the end of a line at ${place}`);
    if (place === text.length && row.length > 0) throw new Error("a line without an end");
  }
  return rows;
}
