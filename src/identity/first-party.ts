// Whether a page of ours made the browser ask. A browser adds a cookie to whatever any page makes it send; what it says of that page in
// `Sec-Fetch-Site` (W3C Fetch Metadata) can't be written by a page.
//
// Every request that a cookie lets in has to pass, one that only reads too: an image on a foreign page would spend the budget. An old
// browser without fetch metadata shows `X-BFF: 1` instead, which a page of another origin can only send after a preflight.
import type { Credentials } from "./principal.ts";

/** `origins`: those beside the service's own whose pages count as ours, all of one site with it. */
export function isFirstParty(
  { fetchSite, origin, ownHeader }: Pick<Credentials, "fetchSite" | "origin" | "ownHeader">,
  ownOrigin: string,
  origins: readonly string[],
): boolean {
  const isOurs = origin === ownOrigin || (origin !== undefined && origins.includes(origin));
  switch (fetchSite) {
    case "same-origin":
      return origin === undefined || origin === ownOrigin;
    case "same-site":
      return isOurs;
    case undefined:
      return ownHeader === "1" && (origin === undefined || isOurs);
    default:
      return false;
  }
}
