// How the text of a setting is read: one reader for each kind, each of which refuses with a reason and a fix in it.
//
// No reason repeats a value. Entries of a list are named by their position, so that a secret pasted into the wrong variable stays
// out of the log.
import * as z from "zod";
import type { JwtKey } from "../identity/identity.ts";
import type { AuthMode } from "../identity/principal.ts";
import { levels } from "../ground/log-levels.ts";
import type { Level } from "../ground/log-levels.ts";
import { readPublicKey } from "../identity/signing-key.ts";
import type { SigningKey } from "../identity/signing-key.ts";
import { parseRedisUrl } from "../redis/url.ts";
import type { RedisTarget } from "../redis/url.ts";

/** Notes a reason; returns nothing, so that a reader can end with it. */
export type Refuse = (reason: string) => undefined;
/** Reads a trimmed text; `undefined` (after at least one refusal) when it can't be read. */
export type Reader<Value> = (text: string, refuse: Refuse) => Value | undefined;

export const TOKEN_LENGTH_MIN = 30;

export const readToken: Reader<string> = (text, refuse) => {
  if (/\s/.test(text)) return refuse("contains white space (set it again without a space or line break)");
  if (!/^[\x21-\x7e]*$/.test(text)) return refuse("contains characters that no token has (copy it again)");
  if (text.length < TOKEN_LENGTH_MIN) {
    return refuse(`is shorter than ${TOKEN_LENGTH_MIN} characters (set the API token itself, not its name or id)`);
  }
  return text;
};

export const readAccountId: Reader<string> = (text, refuse) =>
  /^[0-9a-f]{32}$/i.test(text)
    ? text.toLowerCase()
    : refuse("is not 32 hexadecimal digits (copy the account ID from the Cloudflare dashboard)");

/** The entries of a comma-separated list, each with its position from 1; empty ones (a trailing comma) are left out. */
const entriesOf = (text: string) =>
  text
    .split(",")
    .map((entry, index) => ({ entry: entry.trim(), position: index + 1 }))
    .filter(({ entry }) => entry !== "");

/** Alias to app id. Both are unique, and no alias is another app's id: whichever a client uses names exactly one app. */
export const readApps: Reader<ReadonlyMap<string, string>> = (text, refuse) => {
  const apps = new Map<string, string>();
  const positionOfId = new Map<string, number>();
  const entries = entriesOf(text);
  if (entries.length === 0) return refuse("has no entry (write alias=app_id, several with commas)");
  for (const { entry, position } of entries) {
    const pair = /^([^=]*)=([^=]*)$/.exec(entry);
    const alias = pair?.[1]?.trim() ?? "";
    const appId = pair?.[2]?.trim() ?? "";
    if (!pair) refuse(`entry ${position} is not a pair (write alias=app_id)`);
    else if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(alias)) {
      refuse(`entry ${position} has an unusable alias (1 to 32 of a-z, 0-9 and -, starting with a letter or digit)`);
    } else if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(appId)) {
      refuse(
        `entry ${position} has an unusable app id (1 to 64 of A-Z, a-z, 0-9, _ and -, starting with a letter or digit)`,
      );
    } else if (apps.has(alias)) refuse(`entry ${position} repeats an alias (give every app its own)`);
    else if (positionOfId.has(appId)) refuse(`entry ${position} repeats an app id (name every app once)`);
    else {
      apps.set(alias, appId);
      positionOfId.set(appId, position);
    }
  }
  for (const [alias, appId] of apps) {
    const position = positionOfId.get(alias);
    if (position !== undefined && alias !== appId) {
      refuse(`an alias is the app id of entry ${position} (choose another alias)`);
    }
  }
  return apps;
};

export const AUTH_MODES: readonly AuthMode[] = ["public", "jwt", "access", "key", "session"];

export const readAuthMode: Reader<AuthMode> = (text, refuse) =>
  AUTH_MODES.find((mode) => mode === text) ?? refuse(`is not a known mode (use one of ${AUTH_MODES.join(", ")})`);

export const readIssuer: Reader<string> = (text, refuse) =>
  /^[\x21-\x7e]{0,256}$/.test(text) ? text : refuse("is not an issuer (at most 256 characters without white space)");

/** Entries of printable ASCII without a comma in them. */
export const readList =
  (lengthMax: number): Reader<readonly string[]> =>
  (text, refuse) => {
    const entries = entriesOf(text);
    if (text !== "" && entries.length === 0) return refuse("has no entry (separate several with commas)");
    for (const { entry, position } of entries) {
      const isPrintable = entry.length <= lengthMax && /^[\x21-\x7e]*$/.test(entry);
      if (!isPrintable)
        refuse(
          `entry ${position} has white space or is longer than ${lengthMax} characters (write it as the tokens have it)`,
        );
    }
    return entries.map(({ entry }) => entry);
  };

/** Host names, or suffixes of them that begin with a dot; lower case. */
export const readHosts: Reader<readonly string[]> = (text, refuse) =>
  entriesOf(text).map(({ entry, position }) => {
    const host = entry.toLowerCase();
    const isHost = /^\.?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(host);
    if (!isHost || host.length > 253)
      refuse(`entry ${position} is not a host (write a name, or .example.com for all below it)`);
    return host;
  });

const SECRET_BYTES_MIN = 32;

/** "" where there is none. */
export const readSecret: Reader<string> = (text, refuse) => {
  if (text === "") return text;
  if (/\s/.test(text)) return refuse("contains white space (set it again without a space or line break)");
  return new TextEncoder().encode(text).byteLength >= SECRET_BYTES_MIN
    ? text
    : refuse(`is shorter than ${SECRET_BYTES_MIN} bytes (make one with: openssl rand -base64 32)`);
};

export const readJwtPublicKey: Reader<Extract<JwtKey, { type: "public" }> | "unset"> = (text, refuse) => {
  if (text === "") return "unset";
  // Many tools can only set one line, with the line breaks of a PEM written as \n.
  const key = readPublicKey(text.replaceAll("\\n", "\n"));
  return key.ok ? key.value : refuse(key.failure);
};

/** The public key that events are signed with. */
export const readWebhookKey: Reader<SigningKey | "unset"> = (text, refuse) => {
  const read = readJwtPublicKey(text, refuse);
  if (read === undefined || read === "unset") return read;
  return read.key.algorithms.includes("RS256")
    ? read.key
    : refuse("is not an RSA key (copy data.publicKey of the document at WEBHOOK_KEY_URL)");
};

/** Where keys are published; "" where there is none. */
export const readKeyUrl: Reader<string> = (text, refuse) => {
  if (text === "") return text;
  if (!URL.canParse(text)) return refuse("is not a URL (write https://host/path)");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("has a user or password in it (remove them)");
  if (url.hash !== "") return refuse("has a fragment (remove it)");
  const isLoopback = url.protocol === "http:" && LOOPBACK_HOSTS.includes(url.hostname);
  return url.protocol === "https:" || isLoopback
    ? url.href
    : refuse("is not https (keys must not be changed on the way)");
};

/**
 * The origin of a team of Cloudflare Access, which is its issuer too; "" where there is none. The team is one label of the host (RFC 1123
 * section 2.1), and the host may be written in full. An http origin on loopback stands in for Access in demos and tests.
 */
export const readAccessTeam: Reader<string> = (text, refuse) => {
  if (text === "") return text;
  if (/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/.test(text) && URL.canParse(text)) return text;
  const team = text.toLowerCase().replace(/\.cloudflareaccess\.com$/, "");
  return /^[a-z0-9-]{1,63}$/.test(team) && !team.startsWith("-") && !team.endsWith("-")
    ? `https://${team}.cloudflareaccess.com`
    : refuse("is not a team (write team of team.cloudflareaccess.com)");
};

/** Id to the SHA-256 of the whole key. */
export const readApiKeys: Reader<ReadonlyMap<string, Uint8Array>> = (text, refuse) => {
  const keys = new Map<string, Uint8Array>();
  if (text !== "" && entriesOf(text).length === 0) return refuse("has no entry (write id=sha256, several with commas)");
  for (const { entry, position } of entriesOf(text)) {
    const [pair, id = "", hash = ""] = /^([^=\s]*)\s*=\s*(\S*)$/.exec(entry) ?? [];
    if (pair === undefined)
      refuse(`entry ${position} is not id=sha256 (make one with: npm run doctor -- key my-server)`);
    else if (hash.startsWith("rtkb_")) {
      refuse(`entry ${position} is a key and not its hash (write the entry that npm run doctor -- key printed)`);
    } else if (!/^[a-z0-9-]{1,32}$/.test(id))
      refuse(`entry ${position} has an unusable id (1 to 32 of a-z, 0-9 and -)`);
    else if (!/^[0-9a-f]{64}$/i.test(hash)) {
      refuse(
        `entry ${position} is not the SHA-256 of a key, in 64 hexadecimal digits (make one with: npm run doctor -- key my-server)`,
      );
    } else if (keys.has(id)) refuse(`entry ${position} repeats an id (give every key its own)`);
    else keys.set(id, bytesOfHex(hash));
  }
  return keys;
};

const bytesOfHex = (hex: string) => new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** Names below `localhost` never leave the machine either (RFC 6761 section 6.3). */
export const isLoopbackHost = (host: string): boolean => LOOPBACK_HOSTS.includes(host) || host.endsWith(".localhost");

/** Why a text is no exact origin, or the origin as browsers send it: lower case, without a default port. */
export function readOrigin(text: string): { origin: string } | { reason: string } {
  if (text === "*" || text.includes("*")) return { reason: "has a wildcard (list every origin by name)" };
  if (text.toLowerCase() === "null") return { reason: "is null (sandboxed pages can't be told apart; name an origin)" };
  if (/^https?:\/\/[^/]+\/$/i.test(text)) return { reason: "ends in a slash (drop the trailing slash)" };
  const parts = /^(https?):\/\/([^/?#@\\%\s]+)$/i.exec(text);
  if (!parts || !URL.canParse(text)) return { reason: "is not an origin (write https://host or https://host:port)" };
  const url = new URL(text);
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    return { reason: "is http (use https; http is for loopback only)" };
  }
  const written = (parts[2] ?? "").toLowerCase().replace(url.protocol === "https:" ? /:443$/ : /:80$/, "");
  if (written !== url.host) return { reason: "has a host browsers write differently (use its ASCII form)" };
  return { origin: url.origin };
}

export const readOrigins: Reader<readonly string[]> = (text, refuse) => {
  const origins = new Set<string>();
  if (text !== "" && entriesOf(text).length === 0)
    return refuse("has no entry (write https://host, several with commas)");
  for (const { entry, position } of entriesOf(text)) {
    const read = readOrigin(entry);
    if ("reason" in read) refuse(`entry ${position} ${read.reason}`);
    else origins.add(read.origin);
  }
  return [...origins];
};

const CACHE_STORES = ["kv", "redis", "memory"] as const;
export type CacheStore = (typeof CACHE_STORES)[number];

/** Undefined leaves the choice to the platform. */
export const readCacheStore: Reader<CacheStore | "unset"> = (text, refuse) =>
  text === ""
    ? "unset"
    : (CACHE_STORES.find((store) => store === text) ??
      refuse(`is not a known store (use one of ${CACHE_STORES.join(", ")})`));

export const readSwitch: Reader<boolean> = (text, refuse) => {
  const word = text.toLowerCase();
  return word === "on" ? true : word === "off" ? false : refuse("is neither on nor off (write one of them)");
};

export const readLevel: Reader<Level> = (text, refuse) =>
  levels.find((level) => level === text.toLowerCase()) ?? refuse(`is not a level (use one of ${levels.join(", ")})`);

export const readRedisUrl: Reader<RedisTarget | "unset"> = (text, refuse) => {
  if (text === "") return "unset";
  const target = parseRedisUrl(text);
  return target.ok ? target.value : refuse(target.failure);
};

/** Addresses or CIDR blocks, IPv4 and IPv6. */
export const readProxies: Reader<readonly string[]> = (text, refuse) => {
  const proxies: string[] = [];
  for (const { entry, position } of entriesOf(text)) {
    const [address = "", prefix, ...rest] = entry.split("/");
    const bitsMax = z.ipv4().safeParse(address).success ? 32 : z.ipv6().safeParse(address).success ? 128 : -1;
    const isBlock = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax);
    if (bitsMax < 0 || !isBlock || rest.length > 0) {
      refuse(`entry ${position} is neither an address nor a CIDR block (write 10.0.0.7 or 10.0.0.0/8)`);
    } else proxies.push(entry);
  }
  return proxies;
};

/** The token goes to this address, so only Cloudflare's own host or a simulator on this machine will do. */
export const readUpstreamBaseUrl: Reader<string> = (text, refuse) => {
  if (!URL.canParse(text)) return refuse("is not a URL (leave it unset for the Cloudflare API)");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("has a user or password in it (remove them)");
  if (/[?#]/.test(text)) return refuse("has a query or fragment (remove it)");
  if (text.endsWith("/")) return refuse("ends in a slash (drop the trailing slash)");
  const isCloudflare = url.protocol === "https:" && url.host === "api.cloudflare.com";
  const isLoopback = url.protocol === "http:" && LOOPBACK_HOSTS.includes(url.hostname);
  if (!isCloudflare && !isLoopback) {
    return refuse(
      "is neither https://api.cloudflare.com/… nor http on loopback (leave it unset for the Cloudflare API)",
    );
  }
  const plain = url.origin + (url.pathname === "/" ? "" : url.pathname);
  if (plain !== text || !/^(\/[\w.~-]+)*$/.test(url.pathname === "/" ? "" : url.pathname)) {
    return refuse(
      "is not in its plain form (lower-case host, no default port, no dot segments, doubled slashes or escapes)",
    );
  }
  return text;
};

export const integer =
  (min: number, max: number, advice = "write a number in between"): Reader<number> =>
  (text, refuse) => {
    if (!/^\d{1,15}$/.test(text)) return refuse(`is not a whole number (write digits only: ${min} to ${max})`);
    const value = Number(text);
    return value >= min && value <= max ? value : refuse(`is not from ${min} to ${max} (${advice})`);
  };

export const readFirstPage: Reader<0 | 1> = (text, refuse) =>
  text === "0" ? 0 : text === "1" ? 1 : refuse("is neither 0 nor 1 (the number the upstream gives its first page)");

export const readBoolean: Reader<boolean> = (text, refuse) => {
  const word = text.toLowerCase();
  return word === "true" ? true : word === "false" ? false : refuse("is neither true nor false (write one of them)");
};
