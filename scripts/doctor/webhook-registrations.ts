// The webhooks of one app at the upstream: which of them send to an address, and what has to be done so that one does, for all events.
//
// This is the only place of the project that writes to the upstream, and only when asked to: it registers a webhook, or adds events to the one
// with this address. It never deletes, switches on or renames. Nothing that the upstream says of other webhooks is told.
import * as z from "zod";
import { eventNames } from "../../src/webhooks/notice.ts";
import type { Finding } from "./findings.ts";
import { callJson, type JsonAnswer, type JsonCallDeps } from "./json-call.ts";

/** What a webhook that is registered here is called at the upstream. */
const webhookName = "realtimekit-bff";

const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean().default(true),
});
type Webhook = z.infer<typeof Webhook>;
const List = z.object({ success: z.literal(true), data: z.array(Webhook) });
const One = z.object({ success: z.literal(true), data: Webhook });

/** Calls for one app, at most: to look, and to register or to add. */
export const webhookCallsMax = 2;

export type RegistrationDeps = JsonCallDeps & { baseUrl: string; accountId: string; token: string };

export type RegistrationCheck = {
  alias: string;
  appId: string;
  /** The address to look for. */
  url: URL;
  /** Whether to register what is missing. */
  creates: boolean;
};

/** What was found. `isLimited`: no other app need be asked. */
export type RegistrationOutcome = { findings: readonly Finding[]; isLimited: boolean };

export async function checkRegistration(
  { alias, appId, url, creates }: RegistrationCheck,
  deps: RegistrationDeps,
): Promise<RegistrationOutcome> {
  const { baseUrl, accountId, token } = deps;
  const check = `webhook ${alias}`;
  const webhooks = `${baseUrl}/accounts/${accountId}/realtime/kit/${encodeURIComponent(appId)}/webhooks`;
  const outcome = (...findings: readonly Omit<Finding, "check">[]): RegistrationOutcome => ({
    findings: findings.map((finding) => ({ check, ...finding })),
    isLimited: false,
  });
  const failed = (answer: JsonAnswer, doing: "read" | "write"): RegistrationOutcome => ({
    findings: [{ level: "fail", check, ...faultOf(answer, doing) }],
    isLimited: answer.state === "limited",
  });

  const answer = await callJson({ url: webhooks, token }, deps);
  const list = List.safeParse(answer.state === "answered" ? answer.body : undefined);
  if (!list.success) return failed(answer, "read");
  const all = list.data.data;
  const ours = all.filter((webhook) => URL.parse(webhook.url)?.href === url.href);
  const [one] = ours.toSorted((left, right) => Number(right.enabled) - Number(left.enabled));

  if (!one) {
    if (!creates) return outcome(absentFinding(all, url));
    const body = { name: webhookName, url: url.href, events: eventNames };
    const made = await callJson({ url: webhooks, method: "POST", token, body }, deps);
    return isOne(made) ? outcome(registeredFinding) : failed(made, "write");
  }
  const sent = new Set(ours.filter(({ enabled }) => enabled === one.enabled).flatMap(({ events }) => events));
  const missing = eventNames.filter((event) => !sent.has(event));
  const others = [...disabledFindings(one), ...repeatedFindings(ours)];
  if (missing.length === 0) return outcome(...(others.length > 0 ? others : [wholeFinding]));
  if (!creates) return outcome(missingFinding(missing), ...others);
  const body = { events: [...one.events, ...missing] };
  const changed = await callJson(
    { url: `${webhooks}/${encodeURIComponent(one.id)}`, method: "PATCH", token, body },
    deps,
  );
  if (!isOne(changed)) return failed(changed, "write");
  return outcome({ level: "ok", what: `sends ${missing.join(", ")} from now on as well` }, ...others);
}

const isOne = (answer: JsonAnswer) => answer.state === "answered" && One.safeParse(answer.body).success;

type Told = Omit<Finding, "check">;

const registeredFinding: Told = { level: "ok", what: `is registered now, for all ${eventNames.length} events` };
const wholeFinding: Told = { level: "ok", what: `is registered and enabled, for all ${eventNames.length} events` };

function absentFinding(all: readonly Webhook[], url: URL): Told {
  const isNear = all.some((webhook) => URL.parse(webhook.url)?.host === url.host);
  return {
    level: "fail",
    what: isNear ? "one sends to another address of this host, and none to this" : "none sends to this address",
    fix: "run this again with --create, or add one in the dashboard of the app",
  };
}

const missingFinding = (missing: readonly string[]): Told => ({
  level: "warn",
  what: `does not send ${missing.join(", ")}: such changes are seen when pages expire`,
  fix: "run this again with --create, or add them in the dashboard of the app",
});

const disabledFindings = ({ enabled }: Webhook): Told[] =>
  enabled
    ? []
    : [{ level: "fail", what: "is registered and switched off", fix: "enable it in the dashboard of the app" }];

function repeatedFindings(ours: readonly Webhook[]): Told[] {
  const count = ours.filter(({ enabled }) => enabled).length;
  if (count < 2) return [];
  return [
    {
      level: "warn",
      what: `${count} send to this address, and what several of them send arrives several times`,
      fix: "delete all but one in the dashboard of the app",
    },
  ];
}

function faultOf(answer: JsonAnswer, doing: "read" | "write"): { what: string; fix: string } {
  switch (answer.state) {
    case "answered":
    case "unreadable":
      return {
        what: "the upstream's answer is no answer about webhooks",
        fix: "check UPSTREAM_BASE_URL, and for a newer version of this service",
      };
    case "refused":
      return refusalOf(answer.status, doing);
    case "limited":
      return {
        what: `the account's limit is spent for ${answer.retryAfterSeconds} s`,
        fix: "wait, and find out who else spends it",
      };
    case "unreachable":
      return answer;
  }
}

function refusalOf(status: number, doing: "read" | "write"): { what: string; fix: string } {
  if (status === 401 || status === 403) {
    return {
      what: `the token may not ${doing} its webhooks (status ${status})`,
      fix: "check that CLOUDFLARE_ACCOUNT_ID is the token's account, then give the token the permission Realtime for it",
    };
  }
  if (status === 404) {
    return {
      what: "the upstream knows no such app in this account",
      fix: "check its id in REALTIMEKIT_APPS, and that CLOUDFLARE_ACCOUNT_ID is the account it is in",
    };
  }
  if (status === 400 && doing === "write") {
    return {
      what: "the upstream refuses this webhook (status 400)",
      fix: "check that the address is public, or add it in the dashboard of the app",
    };
  }
  return { what: `the upstream failed (status ${status})`, fix: "try again; see https://www.cloudflarestatus.com" };
}
