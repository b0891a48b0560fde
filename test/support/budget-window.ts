// The budget's window as it lies in Redis a day after the first start of Redis and product: nothing was forgotten since, so nothing
// binds. As a command, because who opens one has this client or that, or redis-cli.

const script = `
local run = string.match(redis.call("INFO", "server"), "run_id:(%w+)")
return redis.call("ZADD", KEYS[1], ARGV[1], "birth", 0, "count", "-0.5", "server:" .. run)`;

const dayMs = 86_400_000;

/** To be run on the server that the product will use, after its last start. */
export function openWindowCommand(accountId: string): [name: string, ...args: string[]] {
  const birthScore = String(dayMs - Date.now());
  return ["EVAL", script, "1", `rtk-bff:${accountId}:{budget}:window`, birthScore];
}
