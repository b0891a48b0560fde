// What was asked of the simulator: counts, the calls in flight, and the last call's headers. Everything here is bounded:
// 2,000 addresses, 64 headers of 512 characters, addresses of 2,048 characters. The bearer token is never kept.

/** The counts, as `GET /__simulator/state` shows them. */
export type Calls = {
  readonly total: number;
  /** By the names in `routes.ts`. */
  readonly byRoute: Readonly<Record<string, number>>;
  /** By HTTP status; `none` for calls that got no answer. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Calls refused because the account was blocked. */
  readonly blocked: number;
  readonly inFlight: number;
  readonly inFlightPeak: number;
  /** Raw path and query as received, of the 2,000 addresses asked for last. */
  readonly byUrl: Readonly<Record<string, number>>;
};

/** The latest call. `headers` has `authorization` reduced to its scheme. */
export type LastCall = {
  readonly method: string;
  readonly url: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tokenMatches: boolean;
};

export type Ledger = {
  /** Notes an arrival. The returned function notes its end, once, with the status or `none`. */
  open(call: {
    route: string;
    method: string;
    url: string;
    headers: Headers;
    tokenMatches: boolean;
  }): (status: number | "none") => void;
  noteBlocked(): void;
  calls(): Calls;
  last(): LastCall | undefined;
};

const urlsMax = 2000;

export function createLedger(): Ledger {
  let total = 0;
  let blocked = 0;
  let inFlight = 0;
  let inFlightPeak = 0;
  let last: LastCall | undefined;
  const byRoute = new Map<string, number>();
  const byStatus = new Map<string, number>();
  const byUrl = new Map<string, number>();
  const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  return {
    open({ route, method, url: rawUrl, headers, tokenMatches }) {
      const url = rawUrl.slice(0, 2048);
      total += 1;
      inFlight += 1;
      inFlightPeak = Math.max(inFlightPeak, inFlight);
      add(byRoute, route);
      const seen = byUrl.get(url) ?? 0;
      byUrl.delete(url);
      byUrl.set(url, seen + 1);
      if (byUrl.size > urlsMax) {
        const oldest = byUrl.keys().next();
        if (!oldest.done) byUrl.delete(oldest.value);
      }
      const mark = url.indexOf("?");
      last = { method, url, query: mark < 0 ? "" : url.slice(mark + 1), headers: shown(headers), tokenMatches };
      let open = true;
      return (status) => {
        if (!open) return;
        open = false;
        inFlight -= 1;
        add(byStatus, String(status));
      };
    },
    noteBlocked() {
      blocked += 1;
    },
    calls: () => ({
      total,
      byRoute: Object.fromEntries(byRoute),
      byStatus: Object.fromEntries(byStatus),
      blocked,
      inFlight,
      inFlightPeak,
      byUrl: Object.fromEntries(byUrl),
    }),
    last: () => last,
  };
}

function shown(headers: Headers): Record<string, string> {
  const result: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of headers) {
    if (count >= 64) break;
    count += 1;
    result[name] = name === "authorization" ? schemeOf(value) : value.slice(0, 512);
  }
  return result;
}

function schemeOf(authorization: string): string {
  const scheme = /^[A-Za-z]{1,20}(?= )/.exec(authorization)?.[0];
  return scheme === undefined ? "[redacted]" : `${scheme} [redacted]`;
}
