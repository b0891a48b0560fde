// The fetch that the OpenID library calls the provider with: no redirect, five seconds, 64 KiB, and it remembers whether the provider could
// be reached at all. A provider that is down is another thing than one that says no.
import type { Fetch } from "../ground/fetch-json.ts";
import { readText } from "../ground/read-text.ts";
import type { Clock } from "../ground/runtime.ts";

const deadlineMs = 5_000;
const bytesMax = 64 * 1024;

export type TokenFetch = {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Whether a call found nobody, or somebody in trouble. */
  wasUnreachable(): boolean;
};

/** For one exchange with the provider. */
export function createTokenFetch({ fetch, clock }: { fetch: Fetch; clock: Clock }): TokenFetch {
  let isUnreachable = false;

  async function ask(url: string, init: RequestInit, signal: AbortSignal, late: Promise<void>): Promise<Response> {
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const { status, headers, body } = response;
    const text = body === null ? undefined : await readText(body, { bytesMax, stop: late });
    if (signal.aborted || status >= 500 || text?.ok === false) throw new TypeError("unusable answer");
    const type = headers.get("content-type");
    return new Response(text?.value ?? null, { status, headers: type === null ? {} : { "content-type": type } });
  }

  return {
    wasUnreachable: () => isUnreachable,
    async fetch(url, init) {
      const controller = new AbortController();
      const late = Promise.withResolvers<void>();
      const cancel = clock.timer(deadlineMs, () => {
        controller.abort();
        late.resolve();
      });
      const timedOut = late.promise.then(() => {
        throw new TypeError("late");
      });
      try {
        return await Promise.race([ask(url, init, controller.signal, late.promise), timedOut]);
      } catch (error) {
        isUnreachable = true;
        throw error;
      } finally {
        cancel();
      }
    },
  };
}
