// Reading parsed JSON that nobody has checked: is it an object, what is its own field, where may its text be cut.
//
// Only own properties are read, one known name at a time. Nothing is spread or assigned from such an object, so neither a
// key `__proto__` nor ten thousand levels of nesting reach us.

/** An object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A record's own value of that name, else undefined. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** At most `lengthMax` UTF-16 units, never half of a surrogate pair. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? lengthMax - 1 : lengthMax);
}
