// The only addresses this project ever asks: one template under one constant base.
//
// Ids are checked before they are put in, and the finished URL is parsed again and compared with the template, so that no
// spelling of an id or a parameter can lead to another path, another app or another host. User input is never resolved
// against a base.

/** Thirty-two hexadecimal digits, as in every account. */
const accountIdPattern = /^[0-9a-f]{32}$/;
/** A UUID or a plain name. The documented maximum of 32 is contradicted by the upstream's own UUIDs. */
const appIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Every query parameter the list knows. */
const knownParameters: ReadonlySet<string> = new Set([
  "associated_id",
  "end_time",
  "page_no",
  "participants",
  "per_page",
  "search",
  "sort_by",
  "sort_order",
  "start_time",
  "status",
]);

const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Something a caller could ask for that no template covers. `reason` is a short code of our own. */
export type AddressFault = "base" | "account_id" | "app_id" | "parameters" | "template";

/**
 * The URL of an app's session list. `baseUrl` is https (or http on loopback) without credentials, query or fragment; a
 * trailing slash is tolerated. Refuses rather than repairs anything else.
 */
export function sessionsAddress(parts: {
  baseUrl: string;
  accountId: string;
  appId: string;
  parameters: URLSearchParams;
}): { ok: true; url: string } | { ok: false; reason: AddressFault } {
  const { baseUrl, accountId, appId, parameters } = parts;
  const base = parsed(baseUrl);
  if (base === null || !isPlainBase(base)) return { ok: false, reason: "base" };
  if (!accountIdPattern.test(accountId)) return { ok: false, reason: "account_id" };
  if (!appIdPattern.test(appId)) return { ok: false, reason: "app_id" };

  const names = [...parameters.keys()];
  if (new Set(names).size !== names.length || names.some((name) => !knownParameters.has(name))) {
    return { ok: false, reason: "parameters" };
  }

  const path = `${base.pathname.replace(/\/$/, "")}/accounts/${accountId}/realtime/kit/${appId}/sessions`;
  const query = parameters.toString();
  const url = `${base.origin}${path}${query === "" ? "" : `?${query}`}`;
  const final = parsed(url);
  const isTemplate =
    final !== null &&
    final.href === url &&
    final.origin === base.origin &&
    final.pathname === path &&
    final.search === (query === "" ? "" : `?${query}`) &&
    final.hash === "" &&
    final.username === "" &&
    final.password === "";
  return isTemplate ? { ok: true, url } : { ok: false, reason: "template" };
}

function isPlainBase(base: URL): boolean {
  const isSecure = base.protocol === "https:" || (base.protocol === "http:" && loopbackHosts.has(base.hostname));
  return isSecure && base.username === "" && base.password === "" && base.search === "" && base.hash === "";
}

function parsed(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
