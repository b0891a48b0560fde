// Who asks, and what of the service that person may see: identity and policies as one answer for the routes.
//
// Routes never look at a credential, a claim or a policy. A visitor is made once for every principal and kept with it, so that a hit
// costs one look-up. Wrong credentials are counted by address: whoever guesses is told to wait before anything is checked. Not counted is
// what is refused without cryptography (no credential, a wrong form, one that has ended), and a check that succeeds is given back: neither
// shuts out who comes from the same address.
import { fail, ok } from "../ground/errors.ts";
import type { Failure, Result } from "../ground/errors.ts";
import type { Identity } from "../identity/identity.ts";
import type { Credentials, Principal } from "../identity/principal.ts";
import { clientOf } from "../limits/client.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import { reportTo } from "../ground/log.ts";
import type { Log } from "../ground/log.ts";
import type { Access } from "../policy/access.ts";
import type { Defer, Report } from "../ground/runtime.ts";

/**
 * `client` is who is counted by the limits; undefined where nobody has to say who they are, and addresses are counted. `endsAt`: when the
 * credential ends (epoch milliseconds), Infinity where it does not. `principal`: for the route that tells people who they are.
 */
export type Visitor = { access: Access; client: string | undefined; endsAt: number; principal: Principal };

export type Visitors = {
  /** Whoever showed these credentials before and still may: no promise, for hits. */
  recall(credentials: Credentials): Visitor | undefined;
  /** 401, 429 after too many at one address, or 503 where nobody can be identified at the moment. */
  identify(
    credentials: Credentials,
    context: { address: string | undefined; report: Report; defer: Defer },
  ): Promise<Result<Visitor>>;
};

export type VisitorParts = {
  identity: Identity;
  accessOf: (principal: Principal) => Access;
  /** Of credentials that must be checked, by address. */
  checks: ClientLimiter;
  log: Log;
};

export function createVisitors({ identity, accessOf, checks, log }: VisitorParts): Visitors {
  const visitors = new WeakMap<Principal, Visitor>();

  function visitorOf(principal: Principal): Visitor {
    const known = visitors.get(principal);
    if (known) return known;
    const visitor: Visitor = {
      access: accessOf(principal),
      client: clientNameOf(principal),
      endsAt: principal.expiresAt,
      principal,
    };
    visitors.set(principal, visitor);
    return visitor;
  }

  return {
    recall(credentials) {
      const principal = identity.recall(credentials);
      return principal && visitorOf(principal);
    },
    async identify(credentials, { address, report, defer }) {
      const known = identity.recall(credentials);
      if (known) return { ok: true, value: visitorOf(known) };
      const client = clientOf(address);
      let isCounted = false;
      const mayCheck = () => {
        const counted = checks.take(client);
        isCounted = counted.code === "allowed";
        return counted.code === "rate_limited" ? fail(counted) : ok(counted);
      };
      const identified = await identity.identify(credentials, { report: apart(report, log), defer, mayCheck });
      // Many people behind one address may all have good credentials; and what could not be checked was no guess.
      const wasWrong = !identified.ok && identified.failure.code === "unauthorized";
      if (isCounted && !wasWrong) checks.giveBack(client);
      return identified.ok ? { ok: true, value: visitorOf(identified.value) } : identified;
    },
  };
}

/** Fetching keys is nobody's request: it may end long after the line of the one that began it. */
const apart =
  (report: Report, log: Log): Report =>
  (event) => {
    const isOfKeys = event.type === "identity.keysFetched" || event.type === "identity.keysFailed";
    (isOfKeys ? reportTo(log, "identity") : report)(event);
  };

/** One name for one subject of one issuer: no two pairs have the same. Undefined in `public`. */
function clientNameOf({ mode, issuer, subject }: Principal): string | undefined {
  return mode === "public" ? undefined : JSON.stringify([issuer, subject]);
}

/** Why a visitor sees nothing of a resource. An app that is not there looks the same as one that is not theirs. */
export function refusalOf({ access }: Visitor, appId: string | undefined): Failure {
  const isTheirs = appId !== undefined && access.scopes.has(appId);
  return { code: access.scopes.size === 0 || isTheirs ? "forbidden" : "not_found" };
}
