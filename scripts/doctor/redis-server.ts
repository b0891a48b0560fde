// Whether Redis does what the service needs of it: over the link that the service itself uses, so that what is late or refused
// here is late or refused there.
//
// A login that may not run one of the commands, a message that does not arrive, or a policy that evicts the budget's window (which
// never expires) show only under load; here each is tried once, on keys of our own that last a second.
import type { Platform } from "../../src/config/rules.ts";
import type { Config } from "../../src/config/config.ts";
import { redisPrefixOf } from "../../src/entries/loader.ts";
import { openRedis } from "../../src/redis/link.ts";
import type { RedisTarget } from "../../src/redis/url.ts";
import type { Clock, Event, Redis } from "../../src/ground/runtime.ts";
import { unreachable } from "./connection.ts";
import type { Finding, Tell } from "./findings.ts";

const check = "Redis";
const connectMsMax = 1_500;
/** The link asks again once a second at the least, and says by then what is wrong. */
const blameMsMax = 1_500;
const messageMsMax = 1_500;
const messageStepMs = 50;
const versionMin = 7;

export async function checkRedis(
  config: Config,
  platform: Platform,
  { clock, tell }: { clock: Clock; tell: Tell },
): Promise<void> {
  if (config.cacheStore !== "redis" || config.redis === undefined) return;
  const prefix = `${redisPrefixOf(config)}doctor:`;
  const pause = (delayMs: number) => new Promise<void>((resolve) => void clock.timer(delayMs, resolve));
  const blame = createBlame();
  const parts = { prefix, clock, random: () => 0.5, report: blame.report };
  const redis = await openRedis(config.redis, parts, { waitMs: connectMsMax });
  try {
    if (!redis.isUp()) await Promise.race([blame.told, pause(blameMsMax)]);
    if (!redis.isUp()) {
      tell(lostFinding(blame.reason(), config.redis, platform));
      return;
    }
    const refused = await refusedCommands(redis, prefix);
    // Whatever makes the link itself give up is told by its own reason.
    if (refused === undefined) {
      tell(lostFinding(blame.reason(), config.redis, platform));
      return;
    }
    tell(
      refused.length === 0
        ? { level: "ok", check, what: "connects, takes writes and runs scripts" }
        : {
            level: "fail",
            check,
            what: `may not run ${refused.join(", ")}`,
            fix: "allow them to this login, on keys and channels that begin with rtk-bff:",
          },
    );
    if (platform === "node") tell(await messageFinding(redis, prefix, clock));
    const info = await serverInfo(redis, prefix);
    for (const finding of serverFindings(info, platform)) tell(finding);
    for (const finding of restartFindings(info, platform)) tell(finding);
  } finally {
    await redis.close();
  }
}

/** Why the link was lost, in its own words: first among its events. */
function createBlame() {
  let reason: string | undefined;
  const { promise: told, resolve } = Promise.withResolvers<void>();
  return {
    report(event: Event) {
      if (event.type !== "redis.lost") return;
      reason ??= event.reason;
      resolve();
    },
    told,
    reason: () => reason ?? "unreachable",
  };
}

function lostFinding(reason: string, { kind }: RedisTarget, platform: Platform): Finding {
  const found = (what: string, fix: string): Finding => ({ level: "fail", check, what: `can't be used: ${what}`, fix });
  switch (reason) {
    case "noauth":
    case "wrongpass":
      return found("it does not take the login", "check user and password in REDIS_URL, percent-encoded");
    case "noperm":
      return kind.type === "cluster"
        ? found(
            "the login may not ask which node has what (CLUSTER), write, or run scripts",
            "allow +cluster, and the commands in docs/node.md on keys and channels that begin with rtk-bff:",
          )
        : found("the login may not write or run scripts", "allow it to, on keys and channels that begin with rtk-bff:");
    case "readonly":
      return found("it is a replica, which takes no writes", "set REDIS_URL to the primary, or to the Sentinels");
    case "oom":
      return found("it is full", "raise maxmemory");
    case "late":
      return found("it answers later than in a quarter of a second", "use one that is nearer or less busy");
    default: {
      const { what, fix } = unreachable(reason, { where: "REDIS_URL", platform });
      return found(what, fix);
    }
  }
}

/** Every command of the service's own scripts, on one key; answers those that were refused. */
const commandScript = `
local refused = {}
local function try(name, ...)
  local reply = redis.pcall(name, ...)
  if type(reply) == "table" and reply.err then table.insert(refused, name) end
end
try("TIME")
try("SET", KEYS[1], "1", "PX", 1000)
try("GET", KEYS[1])
try("GETRANGE", KEYS[1], 0, 1)
try("PEXPIRE", KEYS[1], 1000)
try("DEL", KEYS[1])
try("ZADD", KEYS[1], 1, "one")
try("TYPE", KEYS[1])
try("ZRANGE", KEYS[1], 0, 0)
try("ZSCORE", KEYS[1], "one")
try("ZCOUNT", KEYS[1], 0, 1)
try("ZRANGEBYSCORE", KEYS[1], 0, 1)
try("ZREMRANGEBYSCORE", KEYS[1], 2, 3)
try("PEXPIRE", KEYS[1], 1000)
return refused`;

const publishScript = `redis.call("PUBLISH", ARGV[1], "1")`;

/** In a script, where these are taken in one step; a login that may not ask for it says nothing. */
const infoScript = `
local server, memory = redis.pcall("INFO", "server"), redis.pcall("INFO", "memory")
return { type(server) == "string" and server or "", type(memory) == "string" and memory or "" }`;

const keyOf = (prefix: string): [string] => [`${prefix}{check}`];

/** Undefined where Redis gave no answer. Run twice: the second time by its hash, as the service does. */
async function refusedCommands(redis: Redis, prefix: string): Promise<string[] | undefined> {
  await redis.run(commandScript, keyOf(prefix), []);
  const answer = await redis.run(commandScript, keyOf(prefix), []);
  if (answer.state !== "answered") return undefined;
  return [...new Set(textsOf(answer.value))];
}

/** Whether a message on a channel of ours comes back. Sent anew until it does: nothing says when a subscription has begun. */
async function messageFinding(redis: Redis, prefix: string, clock: Clock): Promise<Finding> {
  const channel = `${prefix}message`;
  const heard = new Promise<boolean>((resolve) => redis.listen(channel, () => resolve(true)));
  const pause = () => new Promise<boolean>((resolve) => void clock.timer(messageStepMs, () => resolve(false)));
  for (const until = clock.now() + messageMsMax; clock.now() < until;) {
    await redis.run(publishScript, keyOf(prefix), [channel]);
    if (await Promise.race([heard, pause()])) return { level: "ok", check, what: "passes messages on" };
  }
  return {
    level: "fail",
    check,
    what: "passes no messages on: replicas would wait for each other's loads in vain",
    fix: "allow PUBLISH and SUBSCRIBE to this login, on channels that begin with rtk-bff:",
  };
}

async function serverInfo(redis: Redis, prefix: string): Promise<string> {
  const answer = await redis.run(infoScript, keyOf(prefix), []);
  return answer.state === "answered" ? textsOf(answer.value).join("\n") : "";
}

function textsOf(value: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.flatMap((part) => (part instanceof Uint8Array ? [new TextDecoder().decode(part)] : []));
}

/** What `INFO server` and `INFO memory` say about whether this server is fit. */
export function serverFindings(info: string, platform: Platform): Finding[] {
  const field = (name: RegExp) => name.exec(info)?.[1] ?? "";
  const version = field(/^redis_version:(\d{1,4}(?:\.\d{1,4}){0,2})/m);
  const policy = field(/^maxmemory_policy:([a-z-]{1,32})/m);
  const memoryBytes = Number(field(/^maxmemory:(\d{1,15})/m));
  const findings: Finding[] = [];
  if (version === "") {
    const what = "does not say which version it is, or how it evicts";
    findings.push({ level: "note", check, what, fix: `use ${versionMin}.0 or later, and noeviction or volatile-*` });
  } else if (Number.parseInt(version, 10) < versionMin) {
    const what = `is version ${version}, on which nothing was tested`;
    findings.push({ level: "fail", check, what, fix: `use ${versionMin}.0 or later, or Valkey` });
  } else {
    findings.push({ level: "ok", check, what: `is version ${version}` });
  }
  // On Workers the budget is kept elsewhere, and a page that is evicted is loaded again.
  if (platform === "node" && policy.startsWith("allkeys") && memoryBytes > 0) {
    const what = `evicts by ${policy}, which may take the budget's window; then little may be spent for five minutes`;
    findings.push({ level: "warn", check, what, fix: "set maxmemory-policy to noeviction or a volatile-* one" });
  }
  return findings;
}

/** On Workers the budget is kept elsewhere. */
function restartFindings(info: string, platform: Platform): Finding[] {
  if (platform !== "node" || /^run_id:\w/m.test(info)) return [];
  const what =
    "does not say which server it is: one that comes back with an older state may cost the account its limit";
  return [{ level: "warn", check, what, fix: "allow INFO to this login" }];
}
