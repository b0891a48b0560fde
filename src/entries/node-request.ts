// What of a raw request of `node:http` decides its way, before anybody parses it: whether it is one at all, whether it may be
// answered without a router, and what an answer depends on.
import type { IncomingMessage } from "node:http";
import type { Asked } from "../service/answer.ts";

/**
 * What the parser lets through and RFC 9112 does not: another version than 1.0 and 1.1 (section 2.3), no Host in HTTP/1.1, more than one (a
 * proxy in front may have looked at another one than we would), and a target with a fragment (section 3.2).
 */
export function isMalformed({ rawHeaders, url = "", httpVersion }: IncomingMessage): boolean {
  const hosts = countOf(rawHeaders, "host");
  if (httpVersion !== "1.1" && (httpVersion !== "1.0" || hosts > 1)) return true;
  return (httpVersion === "1.1" && hosts !== 1) || url.includes("#");
}

/** Not every route reads a body to its end, so the connection of one can't be used again (RFC 9112 section 9.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

/** Whether its body comes only when it is asked for (RFC 9110 section 10.1.1). */
export function awaitsInvitation(incoming: IncomingMessage): boolean {
  return (
    incoming.httpVersion === "1.1" && incoming.headers.expect?.toLowerCase() === "100-continue" && hasBody(incoming)
  );
}

/**
 * Whatever has a body, a host that needs a closer look, or more than one `Authorization` (of which `node:http` shows the first alone)
 * goes to the router, where it is refused.
 */
export function isPlain({ headers, rawHeaders }: IncomingMessage): boolean {
  if (headers["transfer-encoding"] !== undefined || headers["content-length"] !== undefined) return false;
  if (headers.authorization !== undefined && countOf(rawHeaders, "authorization") > 1) return false;
  return /^[\w.-]+(?::\d{1,5})?$/.test(headers.host ?? "");
}

/** `rawHeaders` has names and values in turn. Lengths first: this stands before every hit. */
function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const field = rawHeaders[place];
    if (field?.length === name.length && field.toLowerCase() === name) count += 1;
  }
  return count;
}

export function askedOf({ method = "", url = "", headers }: IncomingMessage, address: string): Asked {
  const {
    "accept-encoding": acceptEncoding,
    "cf-access-jwt-assertion": assertion,
    "sec-fetch-site": site,
    "x-bff": ownHeader,
  } = headers;
  const fetchSite = typeof site === "string" ? site : undefined;
  return {
    method,
    target: url,
    origin: headers.origin,
    ifNoneMatch: headers["if-none-match"],
    acceptEncoding: typeof acceptEncoding === "string" ? acceptEncoding : undefined,
    fetchSite,
    credentials: {
      authorization: headers.authorization,
      accessAssertion: typeof assertion === "string" ? assertion : undefined,
      cookie: headers.cookie,
      fetchSite,
      origin: headers.origin,
      ownHeader: typeof ownHeader === "string" ? ownHeader : undefined,
    },
    address,
  };
}
