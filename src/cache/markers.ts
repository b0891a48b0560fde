// Marks the keys that some reader is loading now. Marks are plain data because on Workers one request can't await the promise of another.
// A mark ends by itself, because a request that dies never removes its own.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock } from "../ground/runtime.ts";

export type Markers = {
  isSet(key: string): boolean;
  /** Sets the mark; the returned function takes it away, unless a later one is there. */
  set(key: string): () => void;
};

const keysMax = 10_000;

/** A mark holds for `lastsMs`, also against a clock set back. At most 10,000, the oldest forgotten first. */
export function createMarkers({ clock, lastsMs }: { clock: Pick<Clock, "now">; lastsMs: number }): Markers {
  const setAt = createBoundedMap<string, number>({ entriesMax: keysMax });

  return {
    isSet(key) {
      const at = setAt.get(key);
      return at !== undefined && Math.abs(clock.now() - at) < lastsMs;
    },
    set(key) {
      const now = clock.now();
      setAt.set(key, now);
      return () => {
        if (setAt.get(key) === now) setAt.delete(key);
      };
    },
  };
}
