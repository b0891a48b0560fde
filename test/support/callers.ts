// Callers of a service under test: settings that know them, and the headers they send.
import { createHash } from "node:crypto";
import { SignJWT } from "jose";

/** Not a secret: the key of a test. */
export const serverKey = `rtkb_server_${"s".repeat(43)}`;

export type PolicyOver = Readonly<Record<string, unknown>>;

/** A policy for everything, with what differs. */
export const policy = (over: PolicyOver = {}) => ({
  name: "test",
  when: "authenticated",
  apps: "*",
  meetings: "*",
  resources: ["sessions"],
  fields: "*",
  ...over,
});

export const policiesOf = (...policies: PolicyOver[]): string =>
  JSON.stringify({ policies: policies.map((each, index) => policy({ name: `p${index}`, ...each })) });

/** AUTH_MODE key with one server, under one policy. */
export const keyed = (over: PolicyOver = {}): Record<string, string> => ({
  AUTH_MODE: "key",
  API_KEYS: `server=${createHash("sha256").update(serverKey).digest("hex")}`,
  POLICIES: policiesOf(over),
});

export const jwtIssuer = "https://login.example/";
export const jwtAudience = "sessions";
const jwtSecret = "a-shared-secret-of-a-test-0123456789abcdef";

const jwtSettings = { AUTH_MODE: "jwt", JWT_ISSUER: jwtIssuer, JWT_AUDIENCE: jwtAudience };

/** AUTH_MODE jwt with a shared secret, under these policies. */
export const signed = (...policies: PolicyOver[]): Record<string, string> => ({
  ...jwtSettings,
  JWT_SECRET: jwtSecret,
  ...(policies.length > 0 && { POLICIES: policiesOf(...policies) }),
});

/** AUTH_MODE jwt with keys that are fetched. */
export const withKeysAt = (url: string): Record<string, string> => ({ ...jwtSettings, JWT_JWKS_URL: url });

/** A token that `signed` accepts; `now` in epoch milliseconds. Good for five minutes. */
export async function tokenOf(claims: Readonly<Record<string, unknown>>, now: number): Promise<string> {
  const iat = Math.floor(now / 1000);
  return new SignJWT({ sub: "user-1", iss: jwtIssuer, aud: jwtAudience, iat, exp: iat + 300, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(jwtSecret));
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
