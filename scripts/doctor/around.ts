// Everything that needs a network, in order: the token, the apps, where their pages are counted from, what the token reads of them, the
// clock, the keys of callers, Redis. What the upstream is asked is bounded by the number of apps.
import type { Config } from "../../src/config/config.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { checkApps, createPageProbe } from "./apps.ts";
import type { Tell } from "./findings.ts";
import { checkFirstPage } from "./first-page.ts";
import { checkIdentity } from "./identity-keys.ts";
import { clockFinding, meterFetch } from "./metered-fetch.ts";
import { checkRedis } from "./redis-server.ts";
import { checkResources, resourceAppsMax, resourceCallsMax } from "./resources.ts";
import { checkLogin } from "./login.ts";
import type { Settings } from "./settings.ts";
import { checkToken } from "./token.ts";

/** `asksResources`: every resource of the first apps is asked as well. */
export type AroundDeps = { fetch: Fetch; clock: Clock; tell: Tell; asksResources: boolean };

/**
 * Tells what it finds; gives how many upstream calls that took, which is at most three and three more for each app, and one more for each
 * resource of the first five where these are asked. Nobody is asked with a setting that is hidden.
 */
export async function askAround(
  config: Config,
  { platform, hiddenNames }: Pick<Settings, "platform" | "hiddenNames">,
  { fetch, clock, tell, asksResources }: AroundDeps,
): Promise<number> {
  const isHidden = (name: string) => hiddenNames.includes(name);
  const callsMax = 3 + 3 * config.apps.size;
  const appCount = asksResources ? resourceAppsMax(config, callsMax) : 0;
  const meter = meterFetch(fetch, clock, callsMax + resourceCallsMax(appCount));
  if (isHidden("CLOUDFLARE_API_TOKEN")) {
    const what = "was not asked, because CLOUDFLARE_API_TOKEN is not visible here";
    tell({ level: "note", check: "upstream", what });
  } else if (await checkToken({ config, platform, fetch: meter.fetch, clock, tell })) {
    const probe = createPageProbe(config, { fetch: meter.fetch, clock });
    const answers = await checkApps(config, probe, tell);
    await checkFirstPage(config, answers, { probe, callsLeft: () => callsMax - meter.callCount(), tell });
    if (asksResources) await checkResources(config, answers, { fetch: meter.fetch, clock, tell, appCount });
  } else {
    tell({ level: "note", check: "apps", what: "were not asked, and neither was where pages are counted from" });
  }
  if (meter.callCount() > 0) tell(clockFinding(meter.aheadMs()));
  if (!isHidden("JWT_SECRET") && !isHidden("API_KEYS")) {
    tell(await checkIdentity(config.identity, { fetch, clock, platform }));
  }
  if (config.login) (await checkLogin(config.login, { fetch, clock, platform })).forEach((finding) => tell(finding));
  if (!isHidden("REDIS_URL")) await checkRedis(config, platform, { clock, tell });
  return meter.callCount();
}
