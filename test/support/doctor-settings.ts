// Deployments for `npm run doctor` to look at: one for each way of knowing who asks, with nothing wrong in it.
import { openPolicies } from "../../scripts/open-policies.ts";
import type { Platform } from "../../src/config/rules.ts";
import { type Config, parseConfig } from "../../src/config/config.ts";

export type Settings = Readonly<Record<string, string>>;

export const account: Settings = {
  CLOUDFLARE_API_TOKEN: "t".repeat(40),
  CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
  REALTIMEKIT_APPS: "main=app-1, school=app-2",
};
export const jwt: Settings = {
  ...account,
  AUTH_MODE: "jwt",
  JWT_ISSUER: "https://login.example/",
  JWT_AUDIENCE: "sessions",
  JWT_SECRET: "s".repeat(32),
  ALLOWED_ORIGINS: "https://app.example",
};
export const open: Settings = {
  ...account,
  AUTH_MODE: "public",
  ALLOWED_ORIGINS: "https://app.example",
  POLICIES: openPolicies(["main", "school"]),
};
export const byKey: Settings = { ...account, AUTH_MODE: "key", API_KEYS: `server=${"ab".repeat(32)}` };

/** Throws where a configuration is not valid. */
export function configOf(settings: Settings, platform: Platform = "node"): Config {
  const parsed = parseConfig(settings, platform);
  if (!parsed.ok) throw new Error(parsed.failure.problems.join("\n"));
  return parsed.value;
}
