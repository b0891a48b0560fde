// Seeded chance. Everything random in the simulator comes from here and is a function of a seed and of what it is for, so
// that two simulators with one seed agree bit for bit, whatever was asked of them before.
//
// Not for secrets: 32-bit mixing is enough to look lively and nothing more.

/** A stream of numbers from 0 (inclusive) to 1 (exclusive), each call the next one. */
export type Stream = () => number;

/** Mixes a seed and any labels into one unsigned 32-bit number. Order matters. */
export function mix(seed: number, ...labels: readonly (string | number)[]): number {
  let hash = (seed ^ 0x9e3779b9) >>> 0;
  for (const label of labels) {
    const text = String(label);
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}

/** The stream that belongs to these labels under this seed (mulberry32). */
export function streamOf(seed: number, ...labels: readonly (string | number)[]): Stream {
  let state = mix(seed, ...labels);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from `low` to `high`, both inclusive. */
export function integer(next: Stream, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

/** One of the items. Throws on an empty list. */
export function pick<Item>(next: Stream, items: readonly Item[]): Item {
  const item = items[Math.floor(next() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

/** A lower-case UUID in the form of version 4. */
export function uuid(next: Stream): string {
  const word = () =>
    Math.floor(next() * 4_294_967_296)
      .toString(16)
      .padStart(8, "0");
  const hex = word() + word() + word() + word();
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A room name in the old form: six letters, a hyphen, six letters. */
export function roomName(next: Stream): string {
  const letters = () => Array.from({ length: 6 }, () => pick(next, [..."abcdefghijklmnopqrstuvwxyz"])).join("");
  return `${letters()}-${letters()}`;
}
