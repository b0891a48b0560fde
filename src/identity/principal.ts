// Who is asking, in the one shape that every mode of identity ends in.
//
// Policies look at this and at nothing else: no header, no token, no mode of their own.

/** How callers prove who they are in a deployment; there is no default. */
export type AuthMode = "public" | "jwt" | "access" | "key" | "session";

/** The claims of a verified token as they were in it: any JSON, to be walked by own properties only. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * `issuer` and `subject` together name one caller. `expiresAt`: epoch milliseconds, Infinity where it does not end. One object for
 * each verified credential while it is remembered, so that others may keep what they derived from it in a WeakMap.
 */
export type Principal = {
  readonly mode: AuthMode;
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  readonly expiresAt: number;
};

/** What of a request identity may look at, and nothing else. */
export type Credentials = {
  /** `Authorization`. */
  authorization: string | undefined;
  /** `Cf-Access-Jwt-Assertion`. */
  accessAssertion: string | undefined;
  /** `Cookie`, and what tells which page made a browser send it: `Sec-Fetch-Site`, `Origin` and `X-BFF`. */
  cookie?: string | undefined;
  fetchSite?: string | undefined;
  origin?: string | undefined;
  ownHeader?: string | undefined;
};
