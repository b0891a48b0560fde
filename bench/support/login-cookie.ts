// A deployment whose people log in, and the cookie of one of them: sealed here, as a login seals it, because no provider is needed for a hit.
import { randomBytes } from "node:crypto";
import { digest } from "../../src/entries/digest.ts";
import { deploymentName, type LoginCookie } from "../../src/identity/login-cookie.ts";
import { readSealKey, seal } from "../../src/identity/seal.ts";

const publicUrl = "https://sessions.example.com";
const issuer = "https://login.example";
const clientId = "bench";

export type LoggedIn = { settings: Record<string, string>; headers: Record<string, string> };

export async function logIn(): Promise<LoggedIn> {
  const secret = randomBytes(32).toString("base64url");
  const key = readSealKey(secret);
  if (!key.ok) throw new Error(key.failure);
  const now = Date.now();
  const login: LoginCookie = {
    deployment: deploymentName({ publicUrl, issuer, clientId }, digest),
    id: randomBytes(16).toString("base64url"),
    subject: "user-1",
    claims: { roles: ["teacher"], meetings: [crypto.randomUUID(), crypto.randomUUID()] },
    until: now + 3_600_000,
  };
  return {
    settings: {
      AUTH_MODE: "session",
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: "bench",
      SESSION_SECRETS: secret,
    },
    headers: { cookie: `__Host-rtkbff=${await seal(login, "rtkbff-login", [key.value])}`, ...ownPage },
  };
}

/** What a browser says of a page of ours that asks. */
export const ownPage = { "sec-fetch-site": "same-origin" };
