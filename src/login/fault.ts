// Why a login failed, as a short code for the log: of what a provider or a browser sent, only words that a standard knows are repeated.
import * as oidc from "openid-client";

/** RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 1.0 section 3.1.2.6. */
const knownCodes: ReadonlySet<string> = new Set([
  "access_denied",
  "account_selection_required",
  "consent_required",
  "interaction_required",
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "login_required",
  "server_error",
  "temporarily_unavailable",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
]);

const codeIn = (code: string) => (knownCodes.has(code) ? code : "other");

/** `error`: what openid-client threw. */
export function faultOf(error: unknown): string {
  if (error instanceof oidc.AuthorizationResponseError) return `provider_${codeIn(error.error)}`;
  if (error instanceof oidc.ResponseBodyError) return `token_${codeIn(error.error)}`;
  if (error instanceof oidc.WWWAuthenticateChallengeError) return "token_invalid_client";
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^OAUTH_[A-Z_]{1,60}$/.test(code) ? code.toLowerCase() : "fault";
}
