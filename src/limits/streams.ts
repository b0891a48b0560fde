// How many streams one client and this process may have open, and for how long.
import type { Clock } from "../ground/runtime.ts";
import { createPlaces, type Places } from "./places.ts";

/** Of one client. */
export const streamsPerClient = 10;
/** In this process. */
export const streamsMax = 10_000;
/** The longest that a stream is open: a client that comes back is checked anew. */
export const streamLastsMs = 600_000;
const retryAfterSeconds = 30;

export const createStreamPlaces = (clock: Pick<Clock, "now">): Places =>
  createPlaces(
    {
      policy: "streams",
      perClient: streamsPerClient,
      inProcess: streamsMax,
      retryAfterSeconds,
      exhausted: { code: "streams_exhausted", retryAfterSeconds },
      lastsMs: 2 * streamLastsMs,
    },
    clock,
  );
