// Who is asking: the port, and the five modes behind it.
//
// Each mode says where its token is and how one is verified; the rest is the same for all. A token is verified once and then recalled
// until it ends or the key it stands under is taken back. Whoever calls says whether one may be verified, since that is what costs;
// it is asked only where there is a token to verify. A caller learns only that it did not work. The report has the
// reason as a short code, and neither has a word of the token.
import type { Failure, Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import { createKeyVerifier } from "./api-keys.ts";
import { bareToken, bearerToken } from "./bearer.ts";
import type { TokenFault } from "./bearer.ts";
import { createCookieReader } from "./cookie-field.ts";
import type { CookieFault } from "./cookie-field.ts";
import { isFirstParty } from "./first-party.ts";
import { createJwtVerifier } from "./jwt.ts";
import { createConfiguredKey, createFetchedKeys } from "./key-source.ts";
import type { KeySource } from "./key-source.ts";
import { createLoginVerifier, deploymentName } from "./login-cookie.ts";
import type { LiveLogins } from "./login-cookie.ts";
import type { SealKeys } from "./seal.ts";
import type { Fetch } from "../ground/fetch-json.ts";
import type { Credentials, Principal } from "./principal.ts";
import { publicAlgorithms, secretKey } from "./signing-key.ts";
import type { Algorithm, JwtKey } from "./signing-key.ts";
import { createTokenMemory } from "./token-memory.ts";
import type { Context, Verified, Verifier } from "./verifier.ts";

export type { JwtKey } from "./signing-key.ts";

export type Identity = {
  /** Whoever showed these credentials before, while they are valid: no promise and no I/O. In `public` everybody. */
  recall(credentials: Credentials): Principal | undefined;
  /**
   * Verifies. Fails with `unauthorized`, with `identity_unavailable` where it can't be found out, with `not_first_party` or
   * `malformed_request` where a browser's cookie is no proof, or with what `mayCheck` said. Never rejects. One event says why it failed, unless it was that.
   */
  identify(credentials: Credentials, context: IdentityContext): Promise<Result<Principal>>;
};

/**
 * `mayCheck`: asked before what costs cryptography, once at the most. Not asked for a token that is remembered, or that its form or its
 * claims refuse by themselves.
 */
export type IdentityContext = Context & { mayCheck(): Result<unknown> };

export type IdentitySettings =
  | { mode: "public" }
  | { mode: "jwt"; issuer: string; audiences: readonly string[]; key: JwtKey }
  | { mode: "access"; issuer: string; audiences: readonly string[]; jwksUrl: string }
  /** Id to the SHA-256 of the whole key text, 32 bytes. */
  | { mode: "key"; keys: ReadonlyMap<string, Uint8Array> }
  | ({ mode: "session" } & LoginCookieSettings);

/** `publicUrl`: the service's own origin. `origins`: further ones of its site whose pages may ask. */
export type LoginCookieSettings = {
  publicUrl: string;
  issuer: string;
  clientId: string;
  cookieName: string;
  keys: SealKeys;
  origins: readonly string[];
  loginUrl: string;
};

/** `digest`: SHA-256 of a text as text, synchronous. `logins`: where logins are recorded, if anywhere. */
export type IdentityDeps = {
  fetch: Fetch;
  clock: Clock;
  digest: (text: string) => string;
  logins?: LiveLogins | undefined;
};

export function createIdentity(settings: IdentitySettings, deps: IdentityDeps): Identity {
  switch (settings.mode) {
    case "public":
      return createPublicIdentity();
    case "key":
      return createTokenIdentity(fromAuthorization, createKeyVerifier(settings.keys), deps);
    case "jwt": {
      const { issuer, audiences } = settings;
      const { keys, algorithms } = keysOf(settings.key, deps);
      const rules = { mode: settings.mode, issuer, audiences, algorithms, hasServiceTokens: false };
      const verifier = createJwtVerifier({ rules, keys, clock: deps.clock });
      return createTokenIdentity(fromAuthorization, verifier, deps);
    }
    case "access": {
      const { issuer, audiences, jwksUrl } = settings;
      const keys = createFetchedKeys(jwksUrl, deps);
      const rules = { mode: settings.mode, issuer, audiences, algorithms: accessAlgorithms, hasServiceTokens: true };
      const verifier = createJwtVerifier({ rules, keys, clock: deps.clock });
      return createTokenIdentity(fromAccess, verifier, deps);
    }
    case "session": {
      const { issuer, keys } = settings;
      const verifier = createLoginVerifier(
        { issuer, keys, deployment: deploymentName(settings, deps.digest) },
        { clock: deps.clock, logins: deps.logins },
      );
      return createTokenIdentity(fromCookie(settings), verifier, deps);
    }
  }
}

/** Where a mode's token is. */
type TokenPlace = {
  tokenIn(credentials: Credentials): Result<string, TokenFault | CookieFault | "not_first_party">;
  /** Whoever is not let in is told to log in there, if anywhere. */
  loginUrl?: string;
};
const fromAuthorization: TokenPlace = { tokenIn: ({ authorization }) => bearerToken(authorization) };
const fromAccess: TokenPlace = { tokenIn: ({ accessAssertion }) => bareToken(accessAssertion) };

/** A cookie is a proof only where a page of ours made the browser send it. */
function fromCookie({ cookieName, publicUrl, origins, loginUrl }: LoginCookieSettings): TokenPlace {
  const cookieIn = createCookieReader(cookieName);
  return {
    loginUrl,
    tokenIn(credentials) {
      const cookie = cookieIn(credentials.cookie);
      return cookie.ok && !isFirstParty(credentials, publicUrl, origins) ? fail("not_first_party") : cookie;
    },
  };
}

/** What Cloudflare Access signs with, or may come to. */
const accessAlgorithms: readonly Algorithm[] = ["RS256", "ES256"];

function keysOf(key: JwtKey, deps: IdentityDeps): { keys: KeySource; algorithms: readonly Algorithm[] } {
  switch (key.type) {
    case "secret":
      return { keys: createConfiguredKey(secretKey(key.secret)), algorithms: ["HS256"] };
    case "public":
      return { keys: createConfiguredKey(key.key), algorithms: key.key.algorithms };
    case "jwks":
      return { keys: createFetchedKeys(key.url, deps), algorithms: publicAlgorithms };
  }
}

function createPublicIdentity(): Identity {
  const anyone: Principal = {
    mode: "public",
    issuer: "public",
    subject: "anyone",
    claims: {},
    expiresAt: Number.POSITIVE_INFINITY,
  };
  return { recall: () => anyone, identify: async () => ok(anyone) };
}

function createTokenIdentity(place: TokenPlace, verifier: Verifier, { clock, digest }: IdentityDeps): Identity {
  const memory = createTokenMemory({ clock });
  const { loginUrl } = place;
  const notLetIn: Failure = loginUrl === undefined ? { code: "unauthorized" } : { code: "unauthorized", loginUrl };
  const unauthorized = (reason: string) => fail<Refusal>({ reason, failure: notLetIn });

  function refusalOf(reason: TokenFault | CookieFault | "not_first_party") {
    if (reason === "not_first_party") return fail<Refusal>({ reason, failure: { code: "not_first_party" } });
    // To log in anew would not take the planted one away.
    if (reason === "repeated_cookie") return fail<Refusal>({ reason, failure: { code: "malformed_request" } });
    return unauthorized(reason);
  }

  function recallToken(key: string): Verified | undefined {
    const verified = memory.recall(key);
    return verified && verifier.upholds(verified) ? verified : undefined;
  }

  async function verify(token: string, context: IdentityContext): Promise<Result<Principal, Refusal>> {
    const check = verifier.read(token);
    if (!check.ok) return unauthorized(check.failure);
    const key = digest(token);
    // Before anything that may take time. Who is remembered may be so in vain, and is counted then.
    const isNew = memory.recall(key) === undefined;
    const allowed = isNew ? context.mayCheck() : undefined;
    if (allowed?.ok === false) return fail({ reason: undefined, failure: allowed.failure });
    // What waits for a refresh is held again once one has begun, or is over.
    await verifier.refresh(context);
    const seen = recallToken(key);
    if (seen) return ok(seen.principal);
    const allowedAfter = allowed ?? context.mayCheck();
    if (!allowedAfter.ok) return fail({ reason: undefined, failure: allowedAfter.failure });
    const verdict = await check.value(context);
    switch (verdict.state) {
      case "verified":
        return ok(memory.remember(key, verdict.verified, token.length).principal);
      case "refused":
        return unauthorized(verdict.reason);
      case "unavailable": {
        const { retryAfterSeconds } = verdict;
        return fail({ reason: "keys_unavailable", failure: { code: "identity_unavailable", retryAfterSeconds } });
      }
    }
  }

  return {
    recall(credentials) {
      const token = place.tokenIn(credentials);
      return token.ok ? recallToken(digest(token.value))?.principal : undefined;
    },
    async identify(credentials, context) {
      const token = place.tokenIn(credentials);
      const outcome = token.ok
        ? await verify(token.value, context).catch(() => unauthorized("fault"))
        : refusalOf(token.failure);
      if (outcome.ok) return outcome;
      const { reason, failure } = outcome.failure;
      if (reason !== undefined) context.report({ type: "identity.refused", reason });
      return fail(failure);
    },
  };
}

/** `reason`: undefined where nothing was looked at. */
type Refusal = { reason: string | undefined; failure: Failure };
