// The client of a realtimekit-bff service: a method for each operation of its document, and for each a watch.
//
// What operations there are, and their types, is generated from the document (`operations.generated.ts`, `api.generated.ts`); everything
// else is written here and beside it. Only what browsers, Workers and Node 20 have in common is used.
import { idCountOf, pathOf, searchOf } from "./address.ts";
import type { Query } from "./address.ts";
import { everyRow } from "./all.ts";
import { operations } from "./operations.generated.ts";
import type { Operations } from "./operations.generated.ts";
import { createTransport } from "./transport.ts";
import type { Fetch, FetchInit, ReadOptions } from "./transport.ts";
import { watch } from "./watch.ts";
import type { OnPage, WatchEvents, WatchParts, WatchTiming } from "./watch.ts";

export { Problem } from "./problem.ts";
export type { ProblemBody, ProblemCode } from "./problem.ts";
export { infoOf } from "./pages.ts";
export type { PageInfo } from "./pages.ts";
export type { Fetch, ReadOptions } from "./transport.ts";
export type { OnPage, Watch, WatchEvents, WatchState } from "./watch.ts";
export type * from "./operations.generated.ts";

export type Client = Operations;

export type ClientOptions = {
  /** Where the service is, for example `https://sessions.example.com`; "" for the page's own origin. */
  baseUrl: string;
  /** Gives a token of the caller. Asked when there is none, and once more when the service refuses the one there is. */
  token?: (() => Promise<string>) | undefined;
  /** Set it where a cookie of the service says who asks: `same-origin`, or `include` from another origin of the same site. */
  credentials?: FetchInit["credentials"];
  /** The platform's unless given. */
  fetch?: Fetch | undefined;
  /** How many pages are kept so that asking again costs a 304: 50 unless given. */
  pagesMax?: number;
  /** How long an answer may take: 30,000 unless given. */
  answerMsMax?: number;
  /** How watches wait. Unless given: `pollMs` 10,000, `graceMs` 5,000, `streamRetryMs` 60,000, `firstMsMax` 10,000, `silenceMsMax` 45,000. */
  waits?: Partial<WatchTiming> | undefined;
  /** Epoch milliseconds; the platform's clock unless given. */
  now?: () => number;
  /** From 0 to 1, for jitter. */
  random?: () => number;
  /** Calls `wake` once after a while, and returns what cancels it; `setTimeout` unless given. */
  timer?: (delayMs: number, wake: () => void) => () => void;
};

const usualWaits: WatchTiming = {
  pollMs: 10_000,
  graceMs: 5_000,
  streamRetryMs: 60_000,
  firstMsMax: 10_000,
  silenceMsMax: 45_000,
};

function usualTimer(delayMs: number, wake: () => void): () => void {
  const handle = setTimeout(wake, delayMs);
  return () => clearTimeout(handle);
}

export function createClient(options: ClientOptions): Client {
  const { fetch = (url, init) => globalThis.fetch(url, init), pagesMax = 50, answerMsMax = 30_000 } = options;
  const { now = () => Date.now(), random = () => Math.random(), timer = usualTimer } = options;
  const { token, credentials } = options;
  const timing = { now, random, timer };
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const transport = createTransport({ baseUrl, fetch, token, credentials, pagesMax, answerMsMax }, timing);
  const parts: WatchParts = { transport, timing, waits: { ...usualWaits, ...options.waits } };

  const client: Record<string, Record<string, Method>> = {};
  for (const [group, templates] of Object.entries(operations)) {
    client[group] = {};
    for (const [name, template] of Object.entries(templates))
      Object.assign(client[group], methodsOf(name, template, parts));
  }
  return asClient(client);
}

type Method = (...args: readonly unknown[]) => unknown;

/** Ids of the path come first, then the query, then what the method takes. The generator gives types to the same names. */
function methodsOf(name: string, template: string, parts: WatchParts): Record<string, Method> {
  const { transport } = parts;
  const idCount = idCountOf(template);
  const read = (args: readonly unknown[]) => {
    const [query, first, second] = args.slice(idCount);
    return { path: pathOf(template, asIds(args.slice(0, idCount))), query: asQuery(query), first, second };
  };
  const isList = name.startsWith("list");
  return {
    async [name](...args) {
      const { path, query, first } = read(args);
      return transport.read(`/v1/apps/${path}${searchOf(query)}`, asOptions(first));
    },
    [watchNameOf(name)](...args) {
      const { path, query, first, second } = read(args);
      const asked = path + searchOf(query);
      return watch(
        parts,
        { page: `/v1/apps/${asked}`, stream: `/v1/live/apps/${asked}` },
        asListener(first),
        asEvents(second),
      );
    },
    ...(isList && {
      [name.replace("list", "all")](...args: readonly unknown[]) {
        const { path, query, first } = read(args);
        const pageAt = (page_no: number) => `/v1/apps/${path}${searchOf({ per_page: 100, ...query, page_no })}`;
        return everyRow(transport, pageAt, asOptions(first));
      },
    }),
  };
}

/** `list` and `watch`, `get` and `watchOne`, `getActive` and `watchActive`. */
const watchNameOf = (name: string) =>
  name.replace(/^list/, "watch").replace(/^get$/, "watchOne").replace(/^get/, "watch");

// The generated types say what is handed to which method; below them everything is `unknown`.
const asIds = (value: readonly unknown[]) => value as readonly string[];
const asQuery = (value: unknown) => (value ?? {}) as Query;
const asOptions = (value: unknown) => value as ReadOptions | undefined;
const asListener = (value: unknown) => value as OnPage<object>;
const asEvents = (value: unknown) => (value ?? {}) as WatchEvents;
const asClient = (value: object) => value as Client;
