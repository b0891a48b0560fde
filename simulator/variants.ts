// Ways in which answers of the kit are known, or feared, to differ: fields nobody knows, numbers as texts, instants in another form.
// They apply to whatever an answer holds, at any depth, so that no generator needs to know of them.
import { canaries } from "./canaries.ts";
import { isRecord } from "./checks.ts";
import type { ActiveFaults } from "./fault-plan.ts";

const sizesAndSeconds = ["file_size", "recording_duration", "ingest_seconds", "viewer_seconds"];
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A value of JSON as it is to be sent under these faults; the value itself when none of them is set. */
export function varied(value: unknown, faults: ActiveFaults): unknown {
  const asText = faults.one("numbers-as-text") !== undefined;
  const withBlank = faults.one("times") !== undefined;
  const withExtra = faults.one("extra-fields") !== undefined;
  if (!asText && !withBlank && !withExtra) return value;
  const change = (inner: unknown, name: string): unknown => {
    if (Array.isArray(inner)) return inner.map((item: unknown) => change(item, name));
    if (isRecord(inner)) {
      const members = Object.entries(inner).map(([key, member]) => [key, change(member, key)] as const);
      return withExtra ? { ...unknownFields, ...Object.fromEntries(members) } : Object.fromEntries(members);
    }
    if (asText && typeof inner === "number" && sizesAndSeconds.includes(name)) return String(inner);
    if (withBlank && typeof inner === "string" && instant.test(inner)) {
      return inner.replace("T", " ").replace("Z", "000Z");
    }
    return inner;
  };
  return change(value, "");
}

const unknownFields = {
  x_unknown: `${canaries.unknownField}_text`,
  x_unknown_list: [`${canaries.unknownField}_item`, 1, null],
  x_unknown_object: { secret: `${canaries.unknownField}_member` },
};

/** The JSON text of a value under these faults. */
export const variedText = (value: unknown, faults: ActiveFaults): string => JSON.stringify(varied(value, faults));
