// What a caller may see of each app: for every app the first policy that fits decides, and none after it is looked at.
// If that policy takes its meetings from a claim that can't be used, nothing of the app is allowed: falling through to a
// broader policy would reward a broken token.
//
// The outcome is kept with the principal, which is one object per credential, so that a caller who comes back costs one
// look-up. Equal outcomes are one object, so that callers who may see the same share what is remembered under its id. The
// least recently met are forgotten beyond 1,000: a later equal one then gets a new id, never an old one.

import { fail, ok, type Result } from "../errors.ts";
import type { Claims, Principal } from "../identity/principal.ts";
import { readAssociatedId } from "../sessions/parameters.ts";
import type { SessionField } from "../sessions/view.ts";
import { claimAt } from "./claims.ts";
import { fits } from "./conditions.ts";
import type { Policies, Policy } from "./grammar.ts";

/** What a caller may see of one app. `fields` in the order of the schema, or "*" (also when every field there is was listed). meetings: canonical, sorted, never empty. */
export type Scope = { policy: string; meetings: "*" | readonly string[]; fields: "*" | readonly SessionField[] };

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
  /** By everything an access allows, least recently met first. */
  const accessByContent = new Map<string, Access>();
  let made = 0;

  function intern(scopes: ReadonlyMap<string, Scope>): Access {
    const content = JSON.stringify([...scopes]);
    const known = accessByContent.get(content);
    if (!known) made += 1;
    const access = known ?? { id: made.toString(36), scopes };
    accessByContent.delete(content);
    accessByContent.set(content, access);
    for (const oldest of accessByContent.keys()) {
      if (accessByContent.size <= accessesMax) break;
      accessByContent.delete(oldest);
    }
    return access;
  }

  return {
    accessOf(principal) {
      const known = accessByPrincipal.get(principal);
      if (known) return known;
      const access = intern(scopesOf(policies, principal));
      accessByPrincipal.set(principal, access);
      return access;
    },
  };
}

function scopesOf(policies: Policies, principal: Principal): ReadonlyMap<string, Scope> {
  const decided = new Set<string>();
  const scopes = new Map<string, Scope>();
  for (const policy of policies) {
    const undecided = policy.apps.filter((appId) => !decided.has(appId));
    if (undecided.length === 0 || !policy.resources.includes("sessions") || !fits(policy.when, principal)) continue;
    const scope = scopeUnder(policy, principal);
    for (const appId of undecided) {
      decided.add(appId);
      if (scope.ok) scopes.set(appId, scope.value);
    }
  }
  return scopes;
}

/** What the deciding policy allows, or why that is nothing. */
export function scopeUnder({ name, meetings, fields }: Policy, { claims }: Principal): Result<Scope, MeetingsFault> {
  if (meetings === "*" || !("fromClaim" in meetings)) return ok({ policy: name, meetings, fields });
  const claimed = readMeetings(claims, meetings.fromClaim);
  return claimed.ok ? ok({ policy: name, meetings: claimed.value, fields }) : claimed;
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
