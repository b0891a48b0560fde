// How many exports one client and this process may have under way, and for how long. One holds two pages and the ids of some thousand rows, a
// megabyte or two; and all together they have the calls of one lane.
import type { Clock } from "../ground/runtime.ts";
import { createPlaces, type Places } from "./places.ts";

/** Of one client. */
export const exportsPerClient = 2;
/** In this process. */
export const exportsMax = 20;
/** The longest that an export goes on: whoever goes on with it is checked anew. */
export const exportLastsMs = 600_000;
const retryAfterSeconds = 15;

export const createExportPlaces = (clock: Pick<Clock, "now">): Places =>
  createPlaces(
    {
      policy: "exports",
      perClient: exportsPerClient,
      inProcess: exportsMax,
      retryAfterSeconds,
      exhausted: { code: "exports_exhausted", retryAfterSeconds },
      lastsMs: 2 * exportLastsMs,
    },
    clock,
  );
