// One try at an address: no redirect is followed, and there is an end to waiting.
import { fail, ok, type Result } from "../../src/ground/errors.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { discard } from "../../src/upstream/body.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createCutoff, type Cutoff } from "../../src/upstream/cutoff.ts";
import { watchFetch } from "./connection.ts";

export type Asked = { url: string; method: string; headers: Readonly<Record<string, string>>; body?: string };

/** Nobody answered: not in time, or because of a fault of the connection. */
export type Silence = { isLate: boolean; faultCode: string | undefined };

/** What `read` makes of the answer. `cutoff` ends the reading as well. Settles by the deadline and never rejects unless `read` does. */
export async function askOnce<Answer>(
  { url, headers, ...init }: Asked,
  { fetch, clock, deadlineMs }: { fetch: Fetch; clock: Clock; deadlineMs: number },
  read: (response: Response, cutoff: Cutoff) => Promise<Answer>,
): Promise<Result<Answer, Silence>> {
  const watched = watchFetch(fetch);
  const cutoff = createCutoff(clock, clock.now() + deadlineMs, undefined);
  try {
    const sent = { accept: "application/json", "user-agent": "realtimekit-bff", ...headers };
    const pending = watched.fetch(url, { ...init, headers: sent, redirect: "manual", signal: cutoff.signal });
    const response = await Promise.race([pending, cutoff.ended]).catch(() => undefined);
    if (response instanceof Response) return ok(await read(response, cutoff));
    void pending.then(discard).catch(() => {});
    return fail({ isLate: cutoff.cause() !== undefined, faultCode: watched.faultCode() });
  } finally {
    cutoff.release();
  }
}
