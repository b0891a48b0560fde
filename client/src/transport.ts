// One request and its answer: who asks, what is known already, and how long it is worth waiting.
//
// A 401 is answered once with a new token. Where the service says when to come back (429, 503), a page is asked for again then, within
// `waitMsMax` in all. Nothing else is repeated: whoever wants a page that keeps up uses a watch.
import { createPages, infoFrom, note } from "./pages.ts";
import { parsed, Problem, problemOf, unexpected } from "./problem.ts";
import { follow, orAborted, wait } from "./timing.ts";
import type { Timing } from "./timing.ts";
import { createTokens } from "./tokens.ts";

/** `fetch`, as far as it is used. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;
export type FetchInit = {
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Not there at all unless it was asked for: Workers refuse it. */
  credentials?: "include" | "omit" | "same-origin";
};

export type TransportOptions = {
  baseUrl: string;
  fetch: Fetch;
  token: (() => Promise<string>) | undefined;
  credentials: FetchInit["credentials"];
  pagesMax: number;
  answerMsMax: number;
};

export type ReadOptions = {
  signal?: AbortSignal | undefined;
  /** How long to wait, in all, because the service said so; 60,000 unless given (600,000 for `all`), 0 for not at all. */
  waitMsMax?: number | undefined;
};

export type Transport = {
  /** The page at a path below the service's address. Rejects with a Problem, or with the signal's reason. */
  read(path: string, options?: ReadOptions): Promise<object>;
  /** An answer of any status. The headers alone: the body is the caller's to read. */
  ask(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
  /** The service will take the token no longer: the next request asks for another one. */
  renewToken(): void;
};

export function createTransport(options: TransportOptions, timing: Timing): Transport {
  const { baseUrl, fetch, credentials, answerMsMax } = options;
  const tokens = options.token && createTokens(options.token);
  const pages = createPages(options.pagesMax);
  const always: Record<string, string> = credentials ? { "x-bff": "1" } : {};

  async function send(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(baseUrl + path, { headers, signal, ...(credentials && { credentials }) });
    } catch (cause) {
      signal.throwIfAborted();
      throw new Problem({ code: "network_failed", detail: "The service can't be reached.", cause });
    }
  }

  async function ask(path: string, given: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const headers = { ...always, ...given };
    if (!tokens) return send(path, headers, signal);
    const token = await orAborted(tokens.current(), signal);
    const response = await send(path, { ...headers, authorization: `Bearer ${token}` }, signal);
    if (response.status !== 401) return response;
    tokens.refuse(token);
    const renewed = await orAborted(tokens.current(), signal);
    if (renewed === token) return response;
    await response.body?.cancel();
    return send(path, { ...headers, authorization: `Bearer ${renewed}` }, signal);
  }

  /** The page that an answer brings, or, with a 304, the one that is there. */
  async function pageOf(path: string, signal: AbortSignal): Promise<object> {
    const known = pages.get(path);
    const headers = { accept: "application/json", ...(known && { "if-none-match": known.etag }) };
    const response = await ask(path, headers, signal);
    const isKnown = response.status === 304 && known !== undefined;
    if (!isKnown && !response.ok) throw await problemOf(response);
    const page = isKnown ? known.page : parsed(await response.text());
    if (typeof page !== "object" || page === null) throw unexpected(response.status, response.headers);
    if (!isKnown) pages.keep(path, page, response.headers);
    note(page, infoFrom(response.headers, timing));
    return page;
  }

  async function once(path: string, caller: AbortSignal | undefined): Promise<object> {
    const own = follow(caller);
    const cancel = timing.timer(answerMsMax, () => own.abort());
    try {
      return await pageOf(path, own.signal);
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      caller?.throwIfAborted();
      throw new Problem({ code: "network_failed", detail: "The service did not answer in time.", cause });
    } finally {
      cancel();
      own.release();
    }
  }

  return {
    ask,
    renewToken: () => tokens?.refuse(),
    async read(path, { signal, waitMsMax = 60_000 } = {}) {
      signal?.throwIfAborted();
      for (let waitedMs = 0; ;) {
        try {
          return await once(path, signal);
        } catch (error) {
          if (!(error instanceof Problem) || error.retryAfterMs === undefined) throw error;
          const waitMs = Math.max(1_000, error.retryAfterMs) * (1 + timing.random() / 10);
          waitedMs += waitMs;
          if (waitedMs > waitMsMax) throw error;
          await wait(waitMs, timing, signal);
        }
      }
    },
  };
}
