// Which keys a reader is loading just now: marks, not promises, because on Workers a promise of one request is of no use to another,
// and a request that died takes no mark away. So a mark also ends by itself.
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
