// A file of `NAME=value` lines as Node reads it, and where Docker's `--env-file` reads it otherwise: Node takes an unquoted value up to
// a `#`, Docker takes all of it, so that one file can mean two secrets.
import { parseEnv } from "node:util";

/** `cutNames`: whose value ends before a `#` in its line. Nothing of the file's text but names and values is given on. */
export type EnvFile = { texts: Readonly<Record<string, string | undefined>>; cutNames: ReadonlySet<string> };

const unquotedWithHash = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?!["'`])([^#\n]*)#/gm;

export function readEnvFile(text: string): EnvFile {
  const texts = parseEnv(text);
  const cutNames = new Set<string>();
  for (const [, name = "", before = ""] of text.matchAll(unquotedWithHash)) {
    // A line within a quoted text of several looks the same, and is no setting.
    if (texts[name] === before.trim()) cutNames.add(name);
  }
  return { texts, cutNames };
}
