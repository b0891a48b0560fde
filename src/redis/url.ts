// Where Redis is, read from one line of configuration: a server, a Sentinel group or a cluster.
//
// Written by hand because the URL standard knows no list of hosts. A reason never repeats any part of the text: a password is
// in it. Left out: a password of its own for the Sentinels, and options in the query.
import { fail, ok } from "../ground/errors.ts";
import type { Result } from "../ground/errors.ts";

export type RedisNode = { host: string; port: number };

export type RedisTarget = {
  /** The servers to ask first: the one, the Sentinels, or some nodes of the cluster. */
  nodes: readonly [RedisNode, ...RedisNode[]];
  kind: { type: "single" } | { type: "sentinel"; group: string } | { type: "cluster" };
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** The number of the database: 0 in a cluster. */
  db: number;
};

const shape = /^(redis|rediss)(\+sentinel|\+cluster)?:\/\/(?:([^/]*)@)?([^/@?#]*)(?:\/([^?#]*))?$/i;
const hostShape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, several hosts with commas for a cluster
 * (`redis+cluster://` where there is but one address of it), and `redis+sentinel://host[:port],…/group[/db]`. Special
 * characters of a password are percent-encoded.
 */
export function parseRedisUrl(text: string): Result<RedisTarget, string> {
  const [, scheme, variant, credentials, hosts, path = ""] = shape.exec(text.trim()) ?? [];
  if (scheme === undefined || hosts === undefined) {
    return fail("is not a Redis URL (write redis://host:6379, and percent-encode special characters of the password)");
  }
  const isSentinel = variant?.toLowerCase() === "+sentinel";
  const [first, ...others] = hosts.split(",").map((host) => readNode(host.trim(), isSentinel ? 26_379 : 6_379));
  if (!first || others.includes(undefined)) {
    return fail("names a host that can't be read (write host:port, several with commas)");
  }
  const login = readLogin(credentials);
  if (!login) return fail("has a user or password that can't be read (percent-encode special characters)");

  const nodes: RedisTarget["nodes"] = [first, ...others.filter((node) => node !== undefined)];
  const common = { nodes, tls: scheme.toLowerCase() === "rediss", ...login };
  const parts = path === "" ? [] : path.split("/");
  const group = isSentinel ? parts.shift() : undefined;
  if (isSentinel && !group) return fail("names no Sentinel group (write redis+sentinel://host:26379/group)");
  const db = readDatabase(parts);
  if (db === undefined) return fail("has a path that is not the number of a database (write /0, or nothing)");
  if (group !== undefined) return ok({ ...common, kind: { type: "sentinel" as const, group }, db });
  const isCluster = variant !== undefined || nodes.length > 1;
  if (isCluster && db !== 0) return fail("names a database of a cluster, which has only 0 (drop the number)");
  return ok({ ...common, kind: isCluster ? { type: "cluster" as const } : { type: "single" as const }, db });
}

function readNode(text: string, portUsual: number): RedisNode | undefined {
  const [, host, port] = hostShape.exec(text) ?? [];
  if (host === undefined) return undefined;
  const number = port === undefined ? portUsual : Number(port);
  return number >= 1 && number <= 65_535 ? { host: host.replace(/^\[|\]$/g, ""), port: number } : undefined;
}

/** `user:password`, `:password`, or `password` alone as some providers write it. */
function readLogin(text: string | undefined): Pick<RedisTarget, "username" | "password"> | undefined {
  if (text === undefined || text === "") return { username: undefined, password: undefined };
  const colon = text.indexOf(":");
  try {
    const username = decodeURIComponent(colon === -1 ? "" : text.slice(0, colon));
    const password = decodeURIComponent(text.slice(colon + 1));
    return { username: username === "" ? undefined : username, password: password === "" ? undefined : password };
  } catch {
    return undefined;
  }
}

function readDatabase(parts: readonly string[]): number | undefined {
  if (parts.length === 0 || (parts.length === 1 && parts[0] === "")) return 0;
  return parts.length === 1 && /^\d{1,4}$/.test(parts[0] ?? "") ? Number(parts[0]) : undefined;
}
