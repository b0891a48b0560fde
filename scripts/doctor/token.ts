// Whether the upstream takes the API token: the verify endpoint of user tokens is asked, and where that does not know it, the one
// of account tokens.
//
// Neither says what the token may do. That the apps answer shows that it may read; that it can write as well is in the
// nature of the permission, of which there is no read-only kind. Where the token is refused, the limit is spent or nobody answers,
// nothing else need be asked.
import * as z from "zod";
import type { Platform } from "../../src/config/rules.ts";
import type { Config } from "../../src/config/config.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Finding, Tell } from "./findings.ts";
import { callJson, type JsonCall, type JsonCallDeps } from "./json-call.ts";

const soonDays = 14;
const dayMs = 86_400_000;

const Instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
const Verified = z.object({
  success: z.literal(true),
  result: z.object({
    status: z.enum(["active", "disabled", "expired"]),
    not_before: Instant.nullish(),
    expires_on: Instant.nullish(),
  }),
});
type TokenState = z.infer<typeof Verified>["result"];

type Verdict =
  | { state: "known"; token: TokenState }
  | { state: "refused"; status: number }
  | { state: "limited"; retryAfterSeconds: number }
  | { state: "unreachable"; what: string; fix: string }
  /** An answer that says nothing of the token. */
  | { state: "unclear"; reason: string };

export type TokenCheckDeps = { config: Config; platform: Platform; fetch: Fetch; clock: Clock; tell: Tell };

/** Whether the apps are worth asking. At most two calls. */
export async function checkToken({ config, platform, fetch, clock, tell }: TokenCheckDeps): Promise<boolean> {
  const { upstreamBaseUrl, accountId, cloudflareApiToken: token, upstreamDeadlineMs: deadlineMs } = config;
  const lateFix = "check name resolution, firewall and proxy; UPSTREAM_DEADLINE_MS is how long is waited";
  const deps = { platform, fetch, clock, deadlineMs, where: "UPSTREAM_BASE_URL", lateFix };
  const ask = (path: string) => verify({ url: `${upstreamBaseUrl}${path}`, token }, deps);

  const asUser = await ask("/user/tokens/verify");
  const kind = asUser.state === "refused" ? "account" : "user";
  const verdict = kind === "user" ? asUser : await ask(`/accounts/${accountId}/tokens/verify`);
  const findings = findingsOf(verdict, kind, clock.now());
  findings.forEach((finding) => tell(finding));
  return findings.every(({ level }) => level !== "fail");
}

async function verify(call: JsonCall, deps: JsonCallDeps): Promise<Verdict> {
  const answer = await callJson(call, deps);
  switch (answer.state) {
    case "answered": {
      const read = Verified.safeParse(answer.body);
      return read.success ? { state: "known", token: read.data.result } : { state: "unclear", reason: "unknown form" };
    }
    case "unreadable":
      return { state: "unclear", reason: "unknown form" };
    case "refused": {
      const { status } = answer;
      // A text that can't be a token gets a 400.
      const isToken = status === 400 || status === 401 || status === 403;
      return isToken ? answer : { state: "unclear", reason: `status ${status}` };
    }
    case "limited":
    case "unreachable":
      return answer;
  }
}

function findingsOf(verdict: Verdict, kind: "user" | "account", now: number): Finding[] {
  const check = "token";
  switch (verdict.state) {
    case "known":
      return knownFindings(verdict.token, kind, now);
    case "refused":
      return [
        {
          level: "fail",
          check,
          what: `the upstream takes it neither as a user's nor as this account's (status ${verdict.status})`,
          fix: "set CLOUDFLARE_API_TOKEN to a token of CLOUDFLARE_ACCOUNT_ID with the permission Realtime",
        },
      ];
    case "limited":
      return [
        {
          level: "fail",
          check,
          what: `can't be asked: the account's limit is spent for ${verdict.retryAfterSeconds} s`,
          fix: "wait, and find out who else spends it",
        },
      ];
    case "unreachable":
      return [
        {
          level: "fail",
          check,
          what: `can't be asked: ${verdict.what}`,
          fix: verdict.fix,
        },
      ];
    case "unclear":
      return [
        {
          level: "warn",
          check,
          what: `can't tell: the verify endpoint gave no answer of use (${verdict.reason})`,
          fix: "try again",
        },
      ];
  }
}

function knownFindings({ status, not_before, expires_on }: TokenState, kind: string, now: number): Finding[] {
  const check = "token";
  const startsAt = Date.parse(not_before ?? "");
  const endsAt = Date.parse(expires_on ?? "");
  const isOver = endsAt <= now;
  if (status !== "active" || isOver || startsAt > now) {
    const what = status !== "active" ? status : isOver ? "expired" : "not valid yet";
    return [{ level: "fail", check, what: `is ${what}`, fix: "make a new one and set CLOUDFLARE_API_TOKEN" }];
  }
  const days = Math.floor((endsAt - now) / dayMs);
  const ends = Number.isNaN(endsAt) ? "does not expire" : `expires in ${days} ${days === 1 ? "day" : "days"}`;
  const fix = "make a new one in time and set CLOUDFLARE_API_TOKEN";
  return [
    days < soonDays
      ? { level: "warn", check, what: `active, of ${kind} kind, ${ends}`, fix }
      : { level: "ok", check, what: `active, of ${kind} kind, ${ends}` },
    {
      level: "note",
      check,
      what: "its permissions can't be read here; one that may read sessions can write to every app of the account, so guard it as that",
    },
  ];
}
