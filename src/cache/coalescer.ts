// Many askers, one load. The port has one verb; here is the in-process single flight.
//
// The race this closes: A misses and starts a load; B misses while it runs. Without the map both load. With it B finds A's
// promise, because between "is there one" and "this is it" nothing is awaited. The promise is shared between requests, which
// on Workers only a Durable Object allows.

/** How a result was come by. */
export type Role = "leader" | "follower";

/**
 * Runs `work` unless the same key is already in flight, in which case its outcome (also its rejection) is shared. What others left behind
 * is shared too, unless `isAnswer` refuses it.
 */
export type Coalescer<Value> = {
  run(
    key: string,
    work: () => Promise<Value>,
    isAnswer?: (value: Value) => boolean,
  ): Promise<{ value: Value; role: Role }>;
};

/** Single flight inside one process. Bounded by what is in flight: a key leaves the map when its work settles. */
export function createCoalescer<Value>(): Coalescer<Value> {
  const flights = new Map<string, Promise<Value>>();

  return {
    async run(key, work) {
      const present = flights.get(key);
      if (present) return { value: await present, role: "follower" };
      const flight = work();
      flights.set(key, flight);
      try {
        return { value: await flight, role: "leader" };
      } finally {
        flights.delete(key);
      }
    },
  };
}
