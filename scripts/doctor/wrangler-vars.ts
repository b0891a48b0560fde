// The table [vars] of a wrangler.toml, and nothing else of it: texts, whole numbers and booleans, one `NAME = value` a line.
//
// Written by hand because no TOML reader is among this project's own packages. It reads no more than can be wrong in a table of
// settings and refuses the rest with its line, so that no setting is silently missed, however its table and its name are quoted.
// Tables of environments ([env.x.vars]) are left alone. No reason repeats what a line says.
import { fail, ok, type Result } from "../../src/errors.ts";

type Value = string | number | boolean;
type Read = { value: Value; rest: string };

/** One name of a key: bare, or quoted in either way. */
const name = String.raw`(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const dotted = String.raw`${name}(?:[ \t]*\.[ \t]*${name})*`;
const headerLine = new RegExp(String.raw`^\s*(?:\[\s*(${dotted})\s*\]|\[\[\s*(${dotted})\s*\]\])\s*(?:#.*)?$`);
const keyLine = new RegExp(String.raw`^\s*(${dotted})\s*=\s*(.*)$`, "s");

/** The names that a dotted key joins, without quotes. */
const namesIn = (key: string): string[] => (key.match(new RegExp(name, "g")) ?? []).map(unquoted);

function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  return text.startsWith("'") ? inner : text.startsWith('"') ? (unescaped(inner) ?? inner) : text;
}

/** Names and values, or what is wrong and where: `line 12: …`. */
export function readWranglerVars(text: string): Result<ReadonlyMap<string, Value>, string> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const vars = new Map<string, Value>();
  /** Of the table: none of them at first, and where it is no table that is looked at. */
  let table: readonly string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const problem = (reason: string) => fail(`line ${index + 1}: ${reason}`);
    const header = headerLine.exec(line);
    if (header) {
      table = namesIn(header[1] ?? header[2] ?? "");
      if (table[0] === "vars" && table.length > 1) return problem("is a table within vars (write texts in [vars])");
      continue;
    }
    const start = index;
    const body = bodyOf(lines, index);
    if (body === undefined) return problem("begins a text of several lines that does not end");
    const [, key = "", after = ""] = keyLine.exec(body.text) ?? [];
    const [varName, ...more] = namesIn(key);
    if (table.length === 0 && varName === "vars") return problem("sets vars outside of a table (write [vars])");
    index = body.end;
    if (table[0] !== "vars" || /^\s*(?:#.*)?$/.test(line)) continue;

    const read = varName === undefined || more.length > 0 ? undefined : readValue(after);
    if (varName === undefined || !read || !/^\s*(?:#.*)?$/.test(read.rest)) {
      return fail(`line ${start + 1}: is not NAME = value (write a quoted text, a whole number, true or false)`);
    }
    if (vars.has(varName)) return fail(`line ${start + 1}: sets a name for the second time (remove one)`);
    vars.set(varName, read.value);
  }
  return ok(vars);
}

const textOfLines = new RegExp(String.raw`^\s*${dotted}\s*=\s*("""|''')`);

/** A line, together with those after it over which a text in three quotes goes on. Undefined where that does not end. */
function bodyOf(lines: readonly string[], index: number): { text: string; end: number } | undefined {
  const first = lines[index] ?? "";
  const [opening, quotes] = textOfLines.exec(first) ?? [];
  if (opening === undefined || quotes === undefined) return { text: first, end: index };
  const isClosed = (text: string) => closingOf(text.slice(opening.length), quotes) >= 0;
  let text = first;
  for (let end = index; end < lines.length; end += 1) {
    if (end > index) text += `\n${lines[end] ?? ""}`;
    if (isClosed(text)) return { text, end };
  }
  return undefined;
}

/** Where the three quotes stand that end a text; in """ a backslash takes the next character along. */
function closingOf(text: string, quotes: string): number {
  for (let place = 0; place < text.length; place += 1) {
    if (quotes === '"""' && text[place] === "\\") place += 1;
    else if (text.startsWith(quotes, place)) return place;
  }
  return -1;
}

function readValue(text: string): Read | undefined {
  const quotes = /^(?:"""|''')/.exec(text)?.[0];
  if (quotes !== undefined) {
    const inner = text.slice(3).replace(/^\n/, "");
    const end = closingOf(inner, quotes);
    const value = quotes === '"""' ? unescaped(inner.slice(0, end)) : inner.slice(0, end);
    return value === undefined ? undefined : { value, rest: inner.slice(end + 3) };
  }
  const literal = /^'([^']*)'/.exec(text);
  if (literal) return { value: literal[1] ?? "", rest: text.slice(literal[0].length) };
  const basic = /^"((?:[^"\\]|\\.)*)"/.exec(text);
  if (basic) {
    const value = unescaped(basic[1] ?? "");
    return value === undefined ? undefined : { value, rest: text.slice(basic[0].length) };
  }
  const [word] = /^(?:true|false|[+-]?\d{1,15})(?![\w.:-])/.exec(text) ?? [];
  if (word === undefined) return undefined;
  const value = word === "true" || word === "false" ? word === "true" : Number(word);
  return { value, rest: text.slice(word.length) };
}

const escapes: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

/** Undefined where an escape is none. A backslash at the end of a line joins it with the next. */
function unescaped(text: string): string | undefined {
  let isKnown = true;
  const escape = /\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|([ \t]*\n\s*)|(.)|$)/g;
  const value = text.replaceAll(escape, (_all, short?: string, long?: string, join?: string, letter = "") => {
    if (join !== undefined) return "";
    const code = Number.parseInt(short ?? long ?? "", 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const plain = typeof letter === "string" && Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    isKnown &&= plain !== undefined;
    return plain ?? "";
  });
  return isKnown ? value : undefined;
}
