// The login put together, where the configuration has one: one for both platforms.
import type { Config } from "../config/config.ts";
import { createLogin, type Login, type LoginDeps } from "../login/login.ts";
import { onlyClaims } from "../policy/claims-read.ts";

export const loginOf = ({ login, claimPaths }: Config, deps: Omit<LoginDeps, "keep">): Login | undefined =>
  login && createLogin(login, { ...deps, keep: (claims) => onlyClaims(claims, claimPaths) });
