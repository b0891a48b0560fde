// A map that can't grow without end: what was set longest ago is forgotten first.

export type Bounds<Value> = {
  /** No bound unless given. */
  entriesMax?: number;
  /** Of all values together; no bound unless given. */
  weightMax?: number;
  /** 1 unless given. Asked once for each `set`. */
  weightOf?: (value: Value) => number;
};

export type BoundedMap<Key, Value> = {
  get(key: Key): Value | undefined;
  /** Makes the key the newest, also where it is there already, and forgets the oldest until all bounds hold again. */
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  /** The newest last. */
  values(): Value[];
  /** Of all values that are there. */
  weight(): number;
};

export function createBoundedMap<Key, Value>({
  entriesMax = Number.POSITIVE_INFINITY,
  weightMax = Number.POSITIVE_INFINITY,
  weightOf = () => 1,
}: Bounds<Value>): BoundedMap<Key, Value> {
  /** In the order in which they were set. */
  const slots = new Map<Key, { value: Value; weight: number }>();
  let total = 0;

  function remove(key: Key): void {
    total -= slots.get(key)?.weight ?? 0;
    slots.delete(key);
  }

  return {
    get: (key) => slots.get(key)?.value,
    set(key, value) {
      remove(key);
      const weight = weightOf(value);
      slots.set(key, { value, weight });
      total += weight;
      for (const oldest of slots.keys()) {
        if (slots.size <= entriesMax && total <= weightMax) break;
        remove(oldest);
      }
    },
    delete: remove,
    values: () => Array.from(slots.values(), ({ value }) => value),
    weight: () => total,
  };
}
