// How the settings of a login are read, and which origins are of one site with the service.
//
// problem  A browser sends a cookie only to pages of its own site, and what a site is stands in the Public Suffix List: 250 kB that change
//          every week.
// choice   One site is the same scheme and the same last two labels of the host, three where the last two look like a public suffix: a
//          country's `co.uk` and the like, or a host that gives names away.
// cost     A list that is not whole. A wrong guess opens nothing: an origin counts only where the operator lists it, and the browser, which
//          has the whole list, still says `cross-site` and sends no cookie.
import { readSealKey } from "../identity/seal.ts";
import type { SealKey, SealKeys } from "../identity/seal.ts";
import type { Reader } from "./readers.ts";
import { isLoopbackHost, readOrigin } from "./readers.ts";

/** "" where there is none. */
export const readPublicUrl: Reader<string> = (text, refuse) => {
  if (text === "") return text;
  const read = readOrigin(text);
  return "reason" in read ? refuse(read.reason) : read.origin;
};

/** Compared with the provider's own word for it, letter by letter; "" where there is none. */
export const readProvider: Reader<string> = (text, refuse) => {
  if (text === "") return text;
  if (!URL.canParse(text) || text.length > 256)
    return refuse("is not a URL (write https://host, as the provider has it)");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("has a user or password in it (remove them)");
  if (/[?#]/.test(text)) return refuse("has a query or fragment (remove it)");
  const isLoopback = url.protocol === "http:" && isLoopbackHost(url.hostname);
  return url.protocol === "https:" || isLoopback ? text : refuse("is not https (http is for loopback only)");
};

/** Printable ASCII without white space; "" where there is none. */
export const readClientText: Reader<string> = (text, refuse) =>
  /^[\x21-\x7e]{0,512}$/.test(text) ? text : refuse("has white space or is longer than 512 characters (copy it again)");

/** RFC 6749 section 3.3; `openid` is one of them in any case. */
export const readScopes: Reader<string> = (text, refuse) => {
  const scopes = text.split(/\s+/).filter((scope) => scope !== "");
  return scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(scope)) && scopes.length <= 20
    ? [...new Set(["openid", ...scopes])].join(" ")
    : refuse("is not a list of scopes (separate at most 20 with blanks)");
};

/** One key or two, the first of which seals. */
export const readSealKeys: Reader<SealKeys | "unset"> = (text, refuse) => {
  if (text === "") return "unset";
  const [first, ...others] = text.split(",").flatMap((entry, index): SealKey[] => {
    const key = readSealKey(entry.trim());
    if (!key.ok) refuse(`key ${index + 1} ${key.failure}`);
    return key.ok ? [key.value] : [];
  });
  if (!first) return undefined;
  if (others.length > 1) return refuse("has more than two keys (the first seals; keep the one before it for a while)");
  if (others.some(({ id }) => id === first.id))
    return refuse("has one key twice (write the new one first, then the old)");
  return [first, ...others];
};

const stores = ["kv", "redis"] as const;
export type LoginStore = (typeof stores)[number];

/** Undefined records nothing. */
export const readLoginStore: Reader<LoginStore | "unset"> = (text, refuse) =>
  text === ""
    ? "unset"
    : (stores.find((store) => store === text) ?? refuse(`is not a known store (use one of ${stores.join(", ")})`));

/** Second-level names under which countries give names away. */
const suffixLabels = new Set(["ac", "co", "com", "edu", "gov", "gv", "mil", "ne", "net", "or", "org"]);
/** Hosts that give a name to anybody who asks. */
const sharedHosts = new Set([
  "azurewebsites.net",
  "cloudfront.net",
  "fly.dev",
  "github.io",
  "gitlab.io",
  "herokuapp.com",
  "netlify.app",
  "onrender.com",
  "pages.dev",
  "run.app",
  "vercel.app",
  "web.app",
  "workers.dev",
]);

/** Scheme and registrable name; the whole host of an address, or of one of a single label. */
function siteOf(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  const labels = hostname.split(".");
  const [last = "", second = ""] = labels.toReversed();
  if (/^[\d.]+$|:/.test(hostname) || labels.length < 2) return `${protocol}//${hostname}`;
  const isShared = sharedHosts.has(`${second}.${last}`) || (last.length === 2 && suffixLabels.has(second));
  return `${protocol}//${labels.slice(isShared ? -3 : -2).join(".")}`;
}

/** Whether a browser takes the two for one site, as far as that can be told without the whole list. Ports don't count. */
export const isSameSite = (one: string, other: string): boolean => siteOf(one) === siteOf(other);
