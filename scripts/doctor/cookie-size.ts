// Whether what a login would keep of some claims fits into a cookie: sealed as the service seals it, and measured.
import type { Config } from "../../src/config/config.ts";
import type { Claims } from "../../src/identity/principal.ts";
import type { LoginCookie } from "../../src/identity/login-cookie.ts";
import { seal } from "../../src/identity/seal.ts";
import { cookieCharactersMax } from "../../src/login/login.ts";
import { onlyClaims } from "../../src/policy/claims-read.ts";
import type { Finding } from "./findings.ts";

/** A digest, an id of ours, and what providers call their sessions. */
const idOf = (length: number) => "x".repeat(length);

export async function cookieFinding(
  { claimPaths }: Config,
  { keys }: NonNullable<Config["login"]>,
  claims: Claims,
): Promise<Finding> {
  const kept = onlyClaims(claims, claimPaths);
  const { sub } = claims;
  const login: LoginCookie = {
    deployment: idOf(16),
    id: idOf(22),
    subject: typeof sub === "string" ? sub : idOf(36),
    claims: kept,
    until: 1_795_341_900_000,
    sid: idOf(43),
  };
  const { length } = await seal(login, "rtkbff-login", keys);
  const names = Object.keys(kept).join(", ") || "no claim";
  const what = `of these claims a login keeps ${names}: ${length} characters, and ${cookieCharactersMax} fit`;
  return length <= cookieCharactersMax
    ? { level: "ok", check: "cookie", what }
    : {
        level: "fail",
        check: "cookie",
        what,
        fix: "let policies read fewer claims, or let the provider send shorter ones: with these nobody can log in",
      };
}
