// The pages that this client has: by address, so that asking again costs a 304, and what is known of each beside its body.
import type { Timing } from "./timing.ts";

/** What an answer's headers say of a page. */
export type PageInfo = {
  /** When the service read the page from the upstream: epoch milliseconds by the clock of this machine. */
  readonly asOf: number;
  /** The service would have liked to show a newer page, and has none. */
  readonly isStale: boolean;
};

const infos = new WeakMap<object, PageInfo>();

/** What is known of a page that this client gave; undefined for any other object, copies included. A 304 renews it. */
export const infoOf = (page: object): PageInfo | undefined => infos.get(page);

export function note<Page extends object>(page: Page, info: PageInfo): PageInfo {
  infos.set(page, info);
  return info;
}

const staleness = /\bdetail=(?:revalidating|deadline|failed)\b/;

/** From `Age` and `Cache-Status`; a page without them is as of now. `Date` is not used: it is by another clock. */
export function infoFrom(headers: Headers, { now }: Timing): PageInfo {
  const ageMs = 1_000 * (Number.parseFloat(headers.get("age") ?? "") || 0);
  return { asOf: now() - ageMs, isStale: staleness.test(headers.get("cache-status") ?? "") };
}

export type Kept = { etag: string; page: object };

export type Pages = {
  get(url: string): Kept | undefined;
  /** Keeps the page as its answer allows, and drops the longest unused one beyond the bound. */
  keep(url: string, page: object, headers: Headers): void;
};

export function createPages(countMax: number): Pages {
  const kept = new Map<string, Kept>();
  return {
    get(url) {
      const found = kept.get(url);
      if (found) {
        kept.delete(url);
        kept.set(url, found);
      }
      return found;
    },
    keep(url, page, headers) {
      kept.delete(url);
      const etag = headers.get("etag");
      if (!etag || headers.get("cache-control")?.includes("no-store")) return;
      kept.set(url, { etag, page });
      const [oldest] = kept.keys();
      if (kept.size > countMax && oldest !== undefined) kept.delete(oldest);
    },
  };
}
