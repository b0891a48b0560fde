// The client of a realtimekit-bff service: a method for each operation of its document, and for each a watch.
//
// What operations there are, and their types, is generated from the document (`operations.generated.ts`, `api.generated.ts`); everything
// else is written here and beside it. Only what browsers, Workers and Node 20 have in common is used.
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
export type { OnPage, WatchEvents, WatchState } from "./watch.ts";
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
    const methods: Record<string, Method> = (client[group] = {});
    for (const [name, template] of Object.entries(templates)) {
      const idCount = template.split("{").length - 1;
      /** The ids of the path, and what follows them. */
      const split = (args: readonly unknown[]) => {
        const [query, ...rest] = args.slice(idCount);
        return { path: fill(template, args), query: asQuery(query), rest };
      };
      methods[name] = (...args) => {
        const { path, query, rest } = split(args);
        return transport.read(`/v1/apps/${path}${searchOf(query)}`, asOptions(rest[0]));
      };
      methods[watchNameOf(name)] = (...args) => {
        const { path, query, rest } = split(args);
        const asked = path + searchOf(query);
        const paths = { page: `/v1/apps/${asked}`, stream: `/v1/live/apps/${asked}` };
        return watch(parts, paths, asListener(rest[0]), asEvents(rest[1]));
      };
      if (!name.startsWith("list")) continue;
      methods[name.replace("list", "all")] = (...args) => {
        const { path, query, rest } = split(args);
        const pathOf = (page_no: number) => `/v1/apps/${path}${searchOf({ per_page: 100, ...query, page_no })}`;
        return everyRow(transport, pathOf, asOptions(rest[0]));
      };
    }
  }
  return asClient(client);
}

type Method = (...args: readonly unknown[]) => unknown;
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `list` and `watch`, `get` and `watchOne`, `getActive` and `watchActive`: the generator gives types to the same names. */
const watchNameOf = (name: string) =>
  name.replace(/^list/, "watch").replace(/^get$/, "watchOne").replace(/^get/, "watch");

const fill = (template: string, args: readonly unknown[]) => {
  let place = 0;
  return template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(String(args[place++])));
};

/** In the order of the names, so that a question has one address. */
function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const name of Object.keys(query).sort()) {
    const value = query[name];
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text && `?${text}`;
}

// The generated types say what is handed to which method; below them everything is `unknown`.
const asQuery = (value: unknown) => (value ?? {}) as Query;
const asOptions = (value: unknown) => value as ReadOptions | undefined;
const asListener = (value: unknown) => value as OnPage<object>;
const asEvents = (value: unknown) => (value ?? {}) as WatchEvents;
const asClient = (value: object) => value as Client;
