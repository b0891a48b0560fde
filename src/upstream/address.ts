// The only addresses this project ever asks: one template under one constant base.
//
// Ids are checked before they are put in, and the finished URL is parsed again and compared with the template, so that no
// spelling of an id or a parameter can lead to another path, another app or another host. User input is never resolved
// against a base.
import { fail, ok } from "../ground/errors.ts";
import type { Result } from "../ground/errors.ts";

/** Thirty-two hexadecimal digits, as in every account. */
const accountIdPattern = /^[0-9a-f]{32}$/;
/** A UUID or a plain name. The documented maximum of 32 is contradicted by the upstream's own UUIDs. */
const appIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** One to four segments of plain names and ids. */
const pathPattern = /^(?:\/[A-Za-z0-9_-]{1,64}){1,4}$/;
const parameterPattern = /^[a-z_]{1,32}$/;

const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
export const isLoopback = (hostname: string): boolean => loopbackHosts.has(hostname);

/** Something a caller could ask for that the template does not cover. */
export type AddressFault = "base" | "account_id" | "app_id" | "path" | "parameters" | "template";

/** What is asked of an app: a path below it, such as `/recordings`, and parameters, each name once. */
export type UpstreamTarget = { appId: string; path: string; parameters: URLSearchParams };

/**
 * The URL of something below an app. `baseUrl` is https (or http on loopback) without credentials, query or fragment; a
 * trailing slash is tolerated. Refuses rather than repairs anything else.
 */
export function upstreamAddress(
  account: { baseUrl: string; accountId: string },
  { appId, path: below, parameters }: UpstreamTarget,
): Result<string, AddressFault> {
  const { baseUrl, accountId } = account;
  const base = parsed(baseUrl);
  if (base === null || !isPlainBase(base)) return fail("base");
  if (!accountIdPattern.test(accountId)) return fail("account_id");
  if (!appIdPattern.test(appId)) return fail("app_id");

  if (!pathPattern.test(below)) return fail("path");
  const names = [...parameters.keys()];
  if (new Set(names).size !== names.length || !names.every((name) => parameterPattern.test(name))) {
    return fail("parameters");
  }

  const path = `${base.pathname.replace(/\/$/, "")}/accounts/${accountId}/realtime/kit/${appId}${below}`;
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
  return isTemplate ? ok(url) : fail("template");
}

function isPlainBase(base: URL): boolean {
  const isSecure = base.protocol === "https:" || (base.protocol === "http:" && isLoopback(base.hostname));
  return isSecure && base.username === "" && base.password === "" && base.search === "" && base.hash === "";
}

function parsed(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
