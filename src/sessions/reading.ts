// What the session list is upstream: where it is asked for, and how its answer becomes the bytes of a page.
import { fail, ok } from "../ground/errors.ts";
import { normalisePage, pageVolatility, serialisePage } from "./page.ts";
import { upstreamParameters } from "./query.ts";
import type { SessionQuery } from "./query.ts";

export type SessionListQuestion = { appId: string; query: SessionQuery };

/** Where an app's session list is asked for. `firstPage`: the number that the upstream gives its first page. */
export const sessionListCall = ({ appId, query }: SessionListQuestion, firstPage: 0 | 1) => ({
  appId,
  path: "/sessions",
  parameters: upstreamParameters(query, firstPage),
  rowsMax: query.per_page,
});

/** What `createPageSource` of the upstream takes as a `Reading`. */
export function createSessionReading(options: { firstPage: 0 | 1; exposeMeta: boolean }) {
  const encoder = new TextEncoder();
  return {
    callOf: (question: SessionListQuestion) => sessionListCall(question, options.firstPage),
    /** Never throws. A failure is a code of ours. `now` in epoch milliseconds. */
    read(body: unknown, { appId, query }: SessionListQuestion, now: number) {
      const read = normalisePage(body, { ...options, query, appId });
      if (!read.ok) return fail(read.reason);
      const { page, notes } = read;
      return ok({
        body: encoder.encode(serialisePage(page)),
        volatility: pageVolatility(page, query, now),
        droppedCount: page.dropped_count,
        notes,
      });
    },
  };
}
