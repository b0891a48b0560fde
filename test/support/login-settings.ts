// The settings of a deployment whose people log in.
import { randomBytes } from "node:crypto";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";

/** 32 random bytes, as `SESSION_SECRETS` takes them. */
export const sealKey = (): string => randomBytes(32).toString("base64url");

/** The settings of a service whose people log in there. */
export const loginSettings = (
  { issuer, clientId, clientSecret }: Pick<OpenIdProvider, "issuer" | "clientId" | "clientSecret">,
  publicUrl: string,
): Record<string, string> => ({
  AUTH_MODE: "session",
  PUBLIC_URL: publicUrl,
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_CLIENT_SECRET: clientSecret,
  SESSION_SECRETS: sealKey(),
});

/** A deployment whose provider nobody can reach. */
export const loginDeployment = loginSettings(
  { issuer: "https://login.example", clientId: "client", clientSecret: "a-secret-of-the-client" },
  "https://bff.example",
);
