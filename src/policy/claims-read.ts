// Which claims the policies look at, and a caller's claims without all others: what a login keeps of an ID token.
import { field, isRecord } from "../ground/plain-data.ts";
import type { Claims } from "../identity/principal.ts";
import type { When } from "./conditions.ts";
import type { Policies } from "./grammar.ts";

/** Paths as policies write them, each once, sorted. */
export function claimPathsRead(policies: Policies): readonly string[] {
  const paths = policies.flatMap(({ when, apps, meetings }) => [
    ...pathsIn(when),
    ...("fromClaim" in apps ? [apps.fromClaim] : []),
    ...(meetings !== "*" && "fromClaim" in meetings ? [meetings.fromClaim] : []),
  ]);
  return [...new Set(paths)].sort();
}

function pathsIn(when: When): readonly string[] {
  if (typeof when === "string") return [];
  if ("all" in when) return when.all.flatMap(pathsIn);
  if ("any" in when) return when.any.flatMap(pathsIn);
  return [when.claim];
}

/** What is at these paths, in the places where `claimAt` finds it, and nothing else. */
export function onlyClaims(claims: Claims, paths: readonly string[]): Claims {
  const kept: Record<string, unknown> = {};
  for (const path of paths) {
    if (Object.hasOwn(claims, path)) kept[path] = claims[path];
    else keepNested(claims, path.split("."), kept);
  }
  return kept;
}

function keepNested(from: unknown, [name = "", ...rest]: readonly string[], into: Record<string, unknown>): void {
  const value = field(from, name);
  if (value === undefined || name === "__proto__") return;
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  // What was kept whole, for another path, has this in it already.
  if (!isRecord(value) || into[name] === value) return;
  const known = into[name];
  const nested: Record<string, unknown> = isRecord(known) ? known : {};
  keepNested(value, rest, nested);
  if (Object.keys(nested).length > 0) into[name] = nested;
}
