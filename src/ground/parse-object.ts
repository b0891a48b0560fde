// JSON of an unknown sender, read as one object or not at all.
import { isRecord } from "./plain-data.ts";

/** The object that UTF-8 bytes spell; undefined for any other value and for bytes that spell none. Its names are own properties. */
export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
