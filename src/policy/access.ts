// What a caller may see of each app: for every app and resource the first policy that fits decides, and none after it is looked at.
// If that policy takes its apps or meetings from a claim that can't be used, nothing is allowed there: falling through to a
// broader policy would reward a broken token. What a caller is granted beyond looking is of an app as a whole: the first policy that
// fits the app says it, whatever its resources.
//
// The outcome is kept with the principal, which is one object per credential, so that a caller who comes back costs one
// look-up. Equal outcomes are one object, so that callers who may see the same share what is remembered under its id. The
// least recently met are forgotten beyond 1,000: a later equal one then gets a new id, never an old one.

import { createBoundedMap } from "../ground/bounded-map.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { Claims, Principal } from "../identity/principal.ts";
import { readMeetingId } from "../resources/parameters.ts";
import { claimAt } from "./claims.ts";
import { fits } from "./conditions.ts";
import type { Grant, Policies, Policy, ShownFields } from "./grammar.ts";

/** What a caller may see of one resource of one app. `fields` in the order of the schema, or "*" (also when every field there is was listed). meetings: canonical, sorted, never empty. */
export type Scope = {
  policy: string;
  meetings: "*" | readonly string[];
  fields: ShownFields;
  /** Percentage of the budget that one client may cause; undefined where the setting decides. */
  budgetPercent?: number | undefined;
};

/** Equal accesses are one object with one id (a short text without "/"), as long as it is remembered; ids are never used again. scopes by app id; empty: nothing is allowed. */
export type Access = { id: string; scopes: Scopes; grants: Grants };

/** By app id; of the others nothing is granted. */
export type Grants = ReadonlyMap<string, readonly Grant[]>;

/** By app id, then by the resource's name. No app is there without a resource. */
export type Scopes = ReadonlyMap<string, ReadonlyMap<string, Scope>>;

/** Why a claim of meetings or apps can't be used. "wrongType": not a list, or of more than 1,000. */
type ListFault = "missing" | "wrongType" | "empty" | "invalid";
export type ScopeFault = `meetings.${ListFault}` | `apps.${ListFault}`;

const ACCESSES_MAX = 1_000;
const CLAIMED_MAX = 1_000;

/** One for the life of the process or isolate: ids are its own. */
export function createAccess(
  policies: Policies,
  { accessesMax = ACCESSES_MAX }: { accessesMax?: number } = {},
): { accessOf(principal: Principal): Access } {
  const accessByPrincipal = new WeakMap<Principal, Access>();
  /** Least recently met first. */
  const accessByKey = createBoundedMap<string, Access>({ entriesMax: accessesMax });
  let made = 0;

  function intern({ key, scopes, grants }: Decided): Access {
    const known = accessByKey.get(key);
    if (!known) made += 1;
    const access = known ?? { id: made.toString(36), scopes, grants };
    accessByKey.set(key, access);
    return access;
  }

  return {
    accessOf(principal) {
      const known = accessByPrincipal.get(principal);
      if (known) return known;
      const access = intern(decide(policies, principal));
      accessByPrincipal.set(principal, access);
      return access;
    },
  };
}

/**
 * Under the same policies, `key` is the same for equal scopes and grants and for no others. It is as long as the claims that were read
 * and the names of apps and grants: a list of meetings is in it once, whoever shares it, and what a policy shows not at all.
 */
export type Decided = { scopes: Scopes; grants: Grants; key: string };

/** What a caller may see of each app, and do with it. */
export function decide(policies: Policies, principal: Principal): Decided {
  const decided = new Set<string>();
  const fitted = new Set<string>();
  const grants = new Map<string, readonly Grant[]>();
  const scopes = new Map<string, Map<string, Scope>>();
  const claimed = new Map<string, ReturnType<typeof readMeetings>>();
  const read = (path: string) => {
    const meetings = claimed.get(path) ?? readMeetings(principal.claims, path);
    claimed.set(path, meetings);
    return meetings;
  };
  const deciding: (readonly [place: number, what: readonly string[]])[] = [];
  for (const [place, policy] of policies.entries()) {
    if (!fits(policy.when, principal)) continue;
    const apps = appsOf(policy, principal);
    const allowed: string[] = [];
    for (const appId of appsConcerned(policy)) {
      if (apps.ok && !apps.value.includes(appId)) continue;
      if (!fitted.has(appId) && apps.ok && policy.grants) grants.set(appId, policy.grants);
      fitted.add(appId);
      for (const name of policy.resources) {
        const what = `${appId} ${name}`;
        if (decided.has(what)) continue;
        decided.add(what);
        const scope = apps.ok ? scopeUnder(policy, name, principal, read) : apps;
        if (!scope.ok) continue;
        allowed.push(what);
        scopes.set(appId, (scopes.get(appId) ?? new Map<string, Scope>()).set(name, scope.value));
      }
    }
    if (allowed.length > 0) deciding.push([place, allowed]);
  }
  // A place stands for what the policy there says: its fields, its meetings, or the claim these come from.
  const lists = [...claimed].flatMap(([path, meetings]) => (meetings.ok ? [[path, ...meetings.value]] : []));
  return { scopes, grants, key: JSON.stringify([deciding, lists, [...grants]]) };
}

/** Ids of all apps that a policy may decide about. */
export const appsConcerned = ({ apps }: Pick<Policy, "apps">): readonly string[] =>
  "fromClaim" in apps ? [...new Set(apps.idOf.values())] : apps;

/** Ids of the apps that a policy is about for this caller, or why its claim can't be used. */
export function appsOf({ apps }: Pick<Policy, "apps">, { claims }: Principal): Result<readonly string[], ScopeFault> {
  if (!("fromClaim" in apps)) return ok(apps);
  const listed = readList(claims, apps.fromClaim);
  if (!listed.ok) return fail<ScopeFault>(`apps.${listed.failure}`);
  const ids = listed.value.flatMap((name) => (typeof name === "string" ? (apps.idOf.get(name) ?? []) : []));
  return ids.length === 0 ? fail("apps.invalid") : ok([...new Set(ids)]);
}

/** What the deciding policy allows of a resource, or why that is nothing. `read` finds the meetings at the path of a claim. */
export function scopeUnder(
  { name: policy, meetings, fields: shown, budgetPercent }: Policy,
  resource: string,
  { claims }: Principal,
  read = (path: string) => readMeetings(claims, path),
): Result<Scope, ScopeFault> {
  const fields = shown[resource] ?? [];
  if (meetings === "*" || !("fromClaim" in meetings)) return ok({ policy, meetings, fields, budgetPercent });
  const listed = read(meetings.fromClaim);
  return listed.ok ? ok({ policy, meetings: listed.value, fields, budgetPercent }) : listed;
}

function readMeetings(claims: Claims, path: string): Result<readonly string[], ScopeFault> {
  const listed = readList(claims, path);
  if (!listed.ok) return fail<ScopeFault>(`meetings.${listed.failure}`);
  const meetings = new Set<string>();
  for (const entry of listed.value) {
    const meeting = typeof entry === "string" ? readMeetingId(entry) : undefined;
    if (meeting === undefined) return fail("meetings.invalid");
    meetings.add(meeting);
  }
  return ok([...meetings].sort());
}

function readList(claims: Claims, path: string): Result<readonly unknown[], Exclude<ListFault, "invalid">> {
  const claimed = claimAt(claims, path);
  if (claimed === undefined) return fail("missing");
  if (!Array.isArray(claimed) || claimed.length > CLAIMED_MAX) return fail("wrongType");
  return claimed.length === 0 ? fail("empty") : ok(claimed);
}
