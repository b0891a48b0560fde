// What a caller may see of each app: for every app the first policy that fits decides, and none after it is looked at.
// If that policy takes its meetings from a claim that can't be used, nothing of the app is allowed: falling through to a
// broader policy would reward a broken token.
//
// The outcome is kept with the principal, which is one object per credential, so that a caller who comes back costs one
// look-up. Equal outcomes are one object, so that callers who may see the same share what is remembered under its id. The
// least recently met are forgotten beyond 1,000: a later equal one then gets a new id, never an old one.

import { createBoundedMap } from "../ground/bounded-map.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { Claims, Principal } from "../identity/principal.ts";
import { readAssociatedId } from "../sessions/parameters.ts";
import type { SessionField } from "../sessions/view.ts";
import { claimAt } from "./claims.ts";
import { fits } from "./conditions.ts";
import type { Policies, Policy } from "./grammar.ts";

/** What a caller may see of one app. `fields` in the order of the schema, or "*" (also when every field there is was listed). meetings: canonical, sorted, never empty. */
export type Scope = {
  policy: string;
  meetings: "*" | readonly string[];
  fields: "*" | readonly SessionField[];
  /** Percentage of the budget that one client may cause; undefined where the setting decides. */
  budgetPercent?: number | undefined;
};

/** Equal accesses are one object with one id (a short text without "/"), as long as it is remembered; ids are never used again. scopes by app id; empty: nothing is allowed. */
export type Access = { id: string; scopes: ReadonlyMap<string, Scope> };

/** Why the meetings of a claim can't be used. "meetings.wrongType": not a list, or of more than 1,000. */
export type MeetingsFault = "meetings.missing" | "meetings.wrongType" | "meetings.empty" | "meetings.invalid";

const ACCESSES_MAX = 1_000;
const CLAIMED_MEETINGS_MAX = 1_000;

/** One for the life of the process or isolate: ids are its own. */
export function createAccess(
  policies: Policies,
  { accessesMax = ACCESSES_MAX }: { accessesMax?: number } = {},
): { accessOf(principal: Principal): Access } {
  const accessByPrincipal = new WeakMap<Principal, Access>();
  /** Least recently met first. */
  const accessByKey = createBoundedMap<string, Access>({ entriesMax: accessesMax });
  let made = 0;

  function intern({ key, scopes }: Decided): Access {
    const known = accessByKey.get(key);
    if (!known) made += 1;
    const access = known ?? { id: made.toString(36), scopes };
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
 * Under the same policies, `key` is the same for equal scopes and for no others. It is as long as the claims that were read and the names
 * of apps: a list of meetings is in it once, whoever shares it, and what a policy says itself not at all.
 */
export type Decided = { scopes: ReadonlyMap<string, Scope>; key: string };

/** What a caller may see of each app. */
export function decide(policies: Policies, principal: Principal): Decided {
  const decided = new Set<string>();
  const scopes = new Map<string, Scope>();
  const claimed = new Map<string, ReturnType<typeof readMeetings>>();
  const read = (path: string) => {
    const meetings = claimed.get(path) ?? readMeetings(principal.claims, path);
    claimed.set(path, meetings);
    return meetings;
  };
  const deciding: (readonly [place: number, apps: readonly string[]])[] = [];
  for (const [place, policy] of policies.entries()) {
    const undecided = policy.apps.filter((appId) => !decided.has(appId));
    if (undecided.length === 0 || !policy.resources.includes("sessions") || !fits(policy.when, principal)) continue;
    const scope = scopeUnder(policy, principal, read);
    for (const appId of undecided) {
      decided.add(appId);
      if (scope.ok) scopes.set(appId, scope.value);
    }
    if (scope.ok) deciding.push([place, undecided]);
  }
  // A place stands for what the policy there says: its fields, its meetings, or the claim these come from.
  const lists = [...claimed].flatMap(([path, meetings]) => (meetings.ok ? [[path, ...meetings.value]] : []));
  return { scopes, key: JSON.stringify([deciding, lists]) };
}

/** What the deciding policy allows, or why that is nothing. `read` finds the meetings at the path of a claim. */
export function scopeUnder(
  { name, meetings, fields, budgetPercent }: Policy,
  { claims }: Principal,
  read = (path: string) => readMeetings(claims, path),
): Result<Scope, MeetingsFault> {
  if (meetings === "*" || !("fromClaim" in meetings)) return ok({ policy: name, meetings, fields, budgetPercent });
  const listed = read(meetings.fromClaim);
  return listed.ok ? ok({ policy: name, meetings: listed.value, fields, budgetPercent }) : listed;
}

function readMeetings(claims: Claims, path: string): Result<readonly string[], MeetingsFault> {
  const claimed = claimAt(claims, path);
  if (claimed === undefined) return fail("meetings.missing");
  if (!Array.isArray(claimed) || claimed.length > CLAIMED_MEETINGS_MAX) return fail("meetings.wrongType");
  if (claimed.length === 0) return fail("meetings.empty");
  const meetings = new Set<string>();
  for (const entry of claimed) {
    const meeting = typeof entry === "string" ? readAssociatedId(entry) : undefined;
    if (meeting === undefined) return fail("meetings.invalid");
    meetings.add(meeting);
  }
  return ok([...meetings].sort());
}
