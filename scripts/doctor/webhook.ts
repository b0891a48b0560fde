// `npm run doctor -- webhook --url …`: whether what happens upstream will reach the service: its address, the switch, the key that signs, and
// the registration of each app, which --create makes.
import type { Config } from "../../src/config/config.ts";
import { webhookPath } from "../../src/http/webhook-route.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { type Finding, Refusal, type Tell } from "./findings.ts";
import { meterFetch } from "./metered-fetch.ts";
import type { Settings } from "./settings.ts";
import { addressFindings, switchFinding } from "./webhook-address.ts";
import { checkWebhookKey } from "./webhook-key.ts";
import { checkRegistration, webhookCallsMax } from "./webhook-registrations.ts";

export type WebhookOptions = {
  url: string | undefined;
  /** Alias or id; every app unless given. */
  app: string | undefined;
  /** Registers what is missing; else nothing is written. */
  creates: boolean;
};

export type WebhookDeps = { fetch: Fetch; clock: Clock; tell: Tell };

/** Tells what it finds; gives how many upstream calls that took: two for each app at most. Throws a refusal for options of no use. */
export async function checkWebhook(
  config: Config,
  { platform, hiddenNames }: Pick<Settings, "platform" | "hiddenNames">,
  { options, deps }: { options: WebhookOptions; deps: WebhookDeps },
): Promise<number> {
  const { fetch, clock, tell } = deps;
  const url = readUrl(options.url);
  const apps = readApps(config, options.app);
  const { upstreamBaseUrl: baseUrl, accountId, cloudflareApiToken: token, upstreamDeadlineMs: deadlineMs } = config;

  const isSimulated = !baseUrl.startsWith("https:");
  const before: readonly Finding[] = [
    ...addressFindings(url, { isSimulated }),
    switchFinding(config.webhooks !== undefined),
  ];
  before.forEach((finding) => tell(finding));
  if (config.webhooks) tell(await checkWebhookKey(config.webhooks, { fetch, clock, platform }));

  if (hiddenNames.includes("CLOUDFLARE_API_TOKEN")) {
    const what = "were not asked for, because CLOUDFLARE_API_TOKEN is not visible here";
    tell({ level: "note", check: "webhooks", what });
    return 0;
  }
  // What would only collect failures is not registered.
  const creates = options.creates && before.every(({ level }) => level !== "fail");
  if (options.creates && !creates) {
    tell({ level: "note", check: "--create", what: "registers nothing, because of what fails above" });
  }
  const meter = meterFetch(fetch, clock, webhookCallsMax * apps.length);
  const call = {
    fetch: meter.fetch,
    clock,
    platform,
    deadlineMs,
    where: "UPSTREAM_BASE_URL",
    lateFix: "check name resolution, firewall and proxy; UPSTREAM_DEADLINE_MS is how long is waited",
  };
  let isLimited = false;
  for (const [alias, appId] of apps) {
    if (isLimited) {
      tell({
        level: "note",
        check: `webhook ${alias}`,
        what: "was not asked for, because the account's limit is spent",
      });
      continue;
    }
    const outcome = await checkRegistration({ alias, appId, url, creates }, { ...call, baseUrl, accountId, token });
    outcome.findings.forEach((finding) => tell(finding));
    isLimited = outcome.isLimited;
  }
  return meter.callCount();
}

function readUrl(text: string | undefined): URL {
  const url = URL.parse(text?.trim() ?? "");
  if (url && /^https?:$/.test(url.protocol)) return url;
  const fix = `(write https://<host of the service>${webhookPath})`;
  throw new Refusal(text === undefined ? `--url: is required ${fix}` : `--url: is not an address ${fix}`);
}

function readApps({ apps }: Config, name: string | undefined): [alias: string, appId: string][] {
  const asked = [...apps].filter(([alias, id]) => name === undefined || alias === name || id === name);
  if (asked.length > 0) return asked;
  throw new Refusal(`--app: REALTIMEKIT_APPS has no such app; it has ${[...apps.keys()].join(", ")}`);
}
