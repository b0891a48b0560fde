// What lies where in Redis, and the scripts that touch it. The braces make a page and its lease share a slot of a cluster.
//
// A key is the hash of a question: no name and no search text is in it.

export const pageKeyOf = (prefix: string, key: string) => `${prefix}{${key}}:page`;
export const leaseKeyOf = (prefix: string, key: string) => `${prefix}{${key}}:lease`;

/**
 * Writes a page unless one of a larger sequence is there: the late answer of an older load changes nothing, whichever process it
 * comes from. A sequence beyond the skew of clocks is junk and gives way.
 * KEYS page; ARGV value, life in ms, sequence, skew in ms.
 */
export const putScript = `
local head = redis.pcall("GETRANGE", KEYS[1], 0, 63)
if type(head) == "string" then
  local kept = tonumber(string.match(head, '^{"v":%d+,"sequence":(%d+),') or nil)
  local offered = tonumber(ARGV[3])
  if kept and kept > offered and kept <= offered + tonumber(ARGV[4]) then return 0 end
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;

/** How much of a page tells it from every other one: version, sequence and etag. */
const markBytes = 96;

/**
 * Looks for a page that the caller has not seen, else for another's lease or its outcome, else takes the lease: one step. A lease
 * key without an expiry is ignored: leases and outcomes always expire, and waiting for one that does not would never end.
 * KEYS lease, page; ARGV token, lease in ms, mark of the page that the caller has seen.
 */
export const claimScript = `
local mark = redis.pcall("GETRANGE", KEYS[2], 0, ${markBytes - 1})
if type(mark) == "string" and mark ~= "" and mark ~= ARGV[3] then
  return { "page", redis.call("GET", KEYS[2]) }
end
local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] and redis.call("PEXPIRE", KEYS[1], ARGV[2], "NX") == 0 then
  if string.sub(holder, 1, 1) == "!" then return { "told", string.sub(holder, 2) } end
  return { "held" }
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return { "lead" }`;

export const markOf = (page: Uint8Array) => page.subarray(0, markBytes);

/** KEYS lease; ARGV token, lease in ms. Answers 0 when the lease is no longer ours. */
export const renewScript = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("PEXPIRE", KEYS[1], ARGV[2])`;

/**
 * Ends a lease, if it is still ours, and wakes who waits. An outcome to keep takes the lease's place for a while.
 * KEYS lease; ARGV token, outcome, ms to keep it (0: not at all), channel, message.
 */
export const releaseScript = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[3]) > 0 then
  redis.call("SET", KEYS[1], "!" .. ARGV[2], "PX", ARGV[3])
else
  redis.call("DEL", KEYS[1])
end
redis.call("PUBLISH", ARGV[4], ARGV[5])
return 1`;
