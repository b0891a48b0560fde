// The login: to the provider, back from it, and out again (OpenID Connect Core 1.0, code flow with PKCE, state and nonce). openid-client
// speaks the protocol; this file decides what is remembered, what is believed and what is kept.
//
// The ID token is read once, for the claims that policies look at, and all tokens are then forgotten: nothing has to be renewed, and a
// stolen cookie opens nothing at the provider. A fault is a short code for the log; a person learns only whether trying again helps.
import * as oidc from "openid-client";
import { createBoundedMap } from "../ground/bounded-map.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { FetchDeps } from "../ground/fetch-json.ts";
import type { Claims } from "../identity/principal.ts";
import { deploymentName, openLoginCookie, type LoginCookie } from "../identity/login-cookie.ts";
import { seal, type SealKeys } from "../identity/seal.ts";
import { publicAlgorithms } from "../identity/signing-key.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import type { Context, Verifier } from "../identity/verifier.ts";
import { attemptNameOf, attemptSeconds, openAttempt, sealAttempt, type Attempt } from "./attempt.ts";
import { faultOf } from "./fault.ts";
import type { Logins } from "./logins.ts";
import { createProvider, type Provider, type ProviderDocument } from "./provider.ts";
import { createTokenFetch } from "./token-fetch.ts";

export type LoginSettings = {
  /** The service's own origin. */
  publicUrl: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Separated by blanks. */
  scopes: string;
  keys: SealKeys;
  lifeSeconds: number;
};

export type LoginDeps = FetchDeps & {
  /** SHA-256 of a text as text, synchronous. */
  digest: (text: string) => string;
  /** What of an ID token's claims is kept. */
  keep: (claims: Claims) => Claims;
  /** Where logins are recorded, if anywhere. */
  logins?: Logins | undefined;
};

/** `unavailable`: the provider, or the record of logins, can't be reached. `too_large`: the sealed cookie has so many characters. */
export type LoginFault =
  | { type: "unavailable"; reason: string; retryAfterSeconds: number }
  | { type: "too_large"; characters: number }
  | { type: "refused"; reason: string };

/** `name`: the end of the name of the attempt's cookie. */
export type Begun = { location: string; attempt: { name: string; value: string; seconds: number } };
export type Finished = { cookie: string; seconds: number; returnTo: string };

export type Login = {
  /** `returnTo`: checked by `readReturnTo`. */
  begin(returnTo: string, context: Context): Promise<Result<Begun, LoginFault>>;
  /** `search`: the query the provider sent the browser back with. `attempt` and `previous`: what the browser kept. */
  finish(
    answer: { search: string; attempt: string | undefined; previous: string | undefined },
    context: Context,
  ): Promise<Result<Finished, LoginFault>>;
  /** When an attempt ends (epoch milliseconds); undefined for one that is none or has ended. */
  attemptEndsAt(text: string): Promise<number | undefined>;
  /** Ends what a logout token of the provider names (OpenID Connect Back-Channel Logout 1.0). Only where logins are recorded. */
  endByProvider(token: string, context: Context): Promise<Result<undefined, LoginFault>>;
  /** Ends the login of a cookie, if it is one: false where that could not be recorded. `provider`: its own logout, if it has one. */
  end(cookie: string | undefined, context: Context): Promise<{ isEnded: boolean; provider: string | undefined }>;
};

/** A browser takes 4 KiB for one cookie, with its name and attributes. */
export const cookieCharactersMax = 3 * 1024;

export const callbackPath = "/auth/callback";

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/** Providers' clocks and ours may be apart by so much, as for tokens. */
const toleranceSeconds = 30;
/** 132 bits. */
const idLength = 22;
const answersMax = 10_000;
const retryAfterSeconds = 5;

export function createLogin(settings: LoginSettings, deps: LoginDeps): Login {
  const { publicUrl, issuer, clientId, keys, lifeSeconds } = settings;
  const { clock, digest, keep, logins } = deps;
  const deployment = deploymentName(settings, digest);
  const provider = createProvider(settings, deps);
  /** Answers that were taken already: the browser was told to forget their attempts, which it may not have done. */
  const taken = createBoundedMap<string, true>({ entriesMax: answersMax });

  async function reach(context: Context): Promise<Result<Provider, LoginFault>> {
    const found = await provider.get(context);
    return found.ok ? found : fail({ type: "unavailable", reason: "provider", retryAfterSeconds: found.failure });
  }

  /** The claims of a good ID token in exchange for the provider's answer. */
  async function redeem(
    { document, idTokens }: Provider,
    { search, attempt }: { search: string; attempt: Attempt },
    context: Context,
  ): Promise<Result<Claims, LoginFault>> {
    const tokenFetch = createTokenFetch(deps);
    const client = clientOf(document, settings);
    client[oidc.customFetch] = (url, { method, headers, body }) =>
      tokenFetch.fetch(url, { method, headers, body: body ?? null });
    let idToken: string | undefined;
    try {
      const tokens = await oidc.authorizationCodeGrant(client, new URL(`${publicUrl}${callbackPath}${search}`), {
        pkceCodeVerifier: attempt.verifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      idToken = tokens.id_token;
    } catch (error) {
      return tokenFetch.wasUnreachable()
        ? fail({ type: "unavailable", reason: "token_endpoint", retryAfterSeconds })
        : fail({ type: "refused", reason: faultOf(error) });
    }
    return verifiedClaims(idTokens, idToken ?? "", context);
  }

  return {
    async begin(returnTo, context) {
      const found = await reach(context);
      if (!found.ok) return found;
      const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
      const until = clock.now() + attemptSeconds * 1000;
      const value = await sealAttempt({ deployment, state, nonce, verifier, returnTo, until }, keys);
      const location = oidc.buildAuthorizationUrl(clientOf(found.value.document, settings), {
        redirect_uri: publicUrl + callbackPath,
        scope: settings.scopes,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return ok({
        location: location.href,
        attempt: { name: attemptNameOf(state) ?? "", value, seconds: attemptSeconds },
      });
    },

    async finish({ search, attempt: kept, previous }, context) {
      const attempt = kept === undefined ? undefined : await openAttempt(kept, { deployment, keys, now: clock.now() });
      if (!attempt) return fail({ type: "refused", reason: kept === undefined ? "no_attempt" : "attempt" });
      if (new URLSearchParams(search).get("state") !== attempt.state) return fail({ type: "refused", reason: "state" });
      const found = await reach(context);
      if (!found.ok) return found;
      if (taken.get(attempt.state)) return fail({ type: "refused", reason: "replayed" });
      taken.set(attempt.state, true);
      const redeemed = await redeem(found.value, { search, attempt }, context);
      if (!redeemed.ok) return redeemed;

      const { value: claims } = redeemed;
      const { sid } = claims;
      const login: LoginCookie = {
        deployment,
        id: oidc.randomState().slice(0, idLength),
        subject: String(claims["sub"]),
        claims: keep(claims),
        until: clock.now() + lifeSeconds * 1000,
        ...(typeof sid === "string" && sid.length <= 256 && { sid }),
      };
      const cookie = await seal(login, "rtkbff-login", keys);
      if (cookie.length > cookieCharactersMax) return fail({ type: "too_large", characters: cookie.length });
      if (logins) {
        const isRecorded = await logins.record({ id: login.id, owners: ownersOf(login), until: login.until });
        if (!isRecorded) return fail({ type: "unavailable", reason: "logins", retryAfterSeconds });
        const before =
          previous === undefined ? undefined : await openLoginCookie(previous, { issuer, deployment, keys });
        if (before) await logins.end(before.id);
      }
      return ok({ cookie, seconds: lifeSeconds, returnTo: attempt.returnTo });
    },

    attemptEndsAt: async (text) => (await openAttempt(text, { deployment, keys, now: clock.now() }))?.until,

    async endByProvider(token, context) {
      if (!logins) return fail({ type: "refused", reason: "no_store" });
      const found = await reach(context);
      if (!found.ok) return found;
      const claims = await verifiedClaims(found.value.logoutTokens, token, context);
      if (!claims.ok) return claims;
      const { sub, sid, events, nonce } = claims.value;
      // Section 2.6: what has a nonce is an ID token, and what has no such event is about something else.
      if (nonce !== undefined || !isRecord(field(events, logoutEvent)))
        return fail({ type: "refused", reason: "event" });
      const [owner] = ownersOf(typeof sid === "string" ? { sid } : { subject: String(sub) });
      const isEnded = owner !== undefined && (await logins.endAllOf(owner));
      return isEnded ? ok(undefined) : fail({ type: "unavailable", reason: "logins", retryAfterSeconds });
    },

    async end(cookie, context) {
      const login = cookie === undefined ? undefined : await openLoginCookie(cookie, { issuer, deployment, keys });
      const isEnded = login === undefined || logins === undefined || (await logins.end(login.id));
      const found = await provider.get(context);
      if (!found.ok || found.value.document.endSession === undefined) return { isEnded, provider: undefined };
      const url = oidc.buildEndSessionUrl(clientOf(found.value.document, settings), {
        post_logout_redirect_uri: `${publicUrl}/`,
      });
      return { isEnded, provider: url.href };
    },
  };

  /** The digests under which the provider may end a login. */
  function ownersOf({ subject, sid }: { subject?: string; sid?: string | undefined }): string[] {
    const named = Object.entries({ subject, sid }).filter(([, value]) => value !== undefined);
    return named.map((name) => digest(JSON.stringify([issuer, clientId, ...name])));
  }
}

/** The claims of a token of the provider's that is good and for us. */
async function verifiedClaims(
  verifier: Verifier,
  token: string,
  context: Context,
): Promise<Result<Claims, LoginFault>> {
  const check = verifier.read(token);
  if (!check.ok) return fail({ type: "refused", reason: check.failure });
  const verdict = await check.value(context);
  switch (verdict.state) {
    case "verified":
      return ok(verdict.verified.principal.claims);
    case "refused":
      return fail({ type: "refused", reason: verdict.reason });
    case "unavailable":
      return fail({ type: "unavailable", reason: "keys", retryAfterSeconds: verdict.retryAfterSeconds });
  }
}

/** The provider and our client there, as the library wants them. */
function clientOf(document: ProviderDocument, settings: LoginSettings): oidc.Configuration {
  const { clientId, clientSecret } = settings;
  const { issuer, authorization, token, keys, endSession, method, namesItself } = document;
  const client = new oidc.Configuration(
    {
      issuer,
      authorization_endpoint: authorization,
      token_endpoint: token,
      jwks_uri: keys,
      ...(endSession !== undefined && { end_session_endpoint: endSession }),
      authorization_response_iss_parameter_supported: namesItself,
      id_token_signing_alg_values_supported: [...publicAlgorithms],
    },
    clientId,
    { client_secret: clientSecret, [oidc.clockTolerance]: toleranceSeconds },
    method === "client_secret_basic" ? oidc.ClientSecretBasic(clientSecret) : oidc.ClientSecretPost(clientSecret),
  );
  // The settings take plain http on loopback alone.
  // oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out
  if (issuer.startsWith("http:")) oidc.allowInsecureRequests(client);
  return client;
}
