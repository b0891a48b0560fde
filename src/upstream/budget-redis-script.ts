// The sliding window of `budget.ts` as Lua, on one sorted set: nothing of it can be lost without the rest.
//
// A call is a member with the instant it was made as its score; after the last colon of its name stands the client that caused it, if one
// is counted. What else must be remembered are marks:
//   birth   when this window was begun, from nothing
//   count   calls granted since then; also names the next member
//   closed  no call before this instant: what was granted before the birth may still bind
//   frozen  no call before this instant: the upstream said so
// A window that was begun on another server may have lost the newest calls. All times are the server's, in milliseconds. The key has no
// expiry: gone, it would look like lost data.
import { setPrelude } from "../ground/redis-set.ts";

/** Of how long ago a block of the upstream's can bind us at the most; as in `budget.ts`. */
const bindingMsMax = 300_000;

/** KEYS window; ARGV ms from now. Never shortens. */
export const freezeScript = `${setPrelude}
local frozen = math.max(mark("frozen") or 0, now + tonumber(ARGV[1]))
set("frozen", frozen)
return { "frozen", 0, 0, frozen - now, mark("birth") or 0, mark("count") or 0 }`;

/**
 * KEYS window
 * ARGV window in ms, calls per window, calls that must be left, ms that the header binds, ms of a freeze not told yet,
 *      birth and count that the caller has seen, the client ("" where none is counted), and how many calls of it are too many
 */
export const takeScript = `${setPrelude}
local window, requests, needed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local hintMs, freezeMs = tonumber(ARGV[4]), tonumber(ARGV[5])
local knownBirth, knownCount = tonumber(ARGV[6]), tonumber(ARGV[7])
local client, allowed = ARGV[8], tonumber(ARGV[9])
local birth, count = mark("birth"), mark("count") or 0
local closed, frozen = mark("closed") or 0, mark("frozen") or 0

-- A window that knows less than the caller has lost something; one without a birth, or of another server, may have. It begins
-- anew, closed.
if not birth or isElsewhere or birth < knownBirth or (birth == knownBirth and count < knownCount) then
  birth = math.max(now, knownBirth + 1, (birth or 0) + 1)
  count = math.max(count, knownCount)
  closed = now + window
  settleHere()
  set("birth", birth)
  set("count", count)
  set("closed", closed)
end
-- A clock that was set back: what lies in the future was made now, and nothing binds for longer than it may.
for _, member in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. string.format("%.0f", now), "+inf")) do
  redis.call("ZADD", KEYS[1], string.format("%.0f", now), member)
end
if closed > now + window then closed = now + window; set("closed", closed) end
if closed > 0 and closed <= now then closed = 0; set("closed", closed) end
if frozen > now + ${bindingMsMax} then frozen = now + ${bindingMsMax}; set("frozen", frozen) end
if freezeMs > 0 and now + freezeMs > frozen then frozen = now + freezeMs; set("frozen", frozen) end

local since = "(" .. string.format("%.0f", math.max(0, now - window))
local spent = redis.call("ZCOUNT", KEYS[1], since, "+inf")
local left = math.max(0, requests - spent)
local frozenMs = math.max(0, frozen - now)
if closed > now then return { "closed", left, closed - now, frozenMs, birth, count } end

local admittedAt = math.max(now, frozen, now + hintMs)
local tooFew = needed - (requests - spent)
if tooFew > 0 then
  local at = redis.call("ZRANGEBYSCORE", KEYS[1], since, "+inf", "WITHSCORES", "LIMIT", tooFew - 1, 1)[2]
  admittedAt = math.max(admittedAt, (at and tonumber(at) or now) + window)
end
-- Nobody has caused so many calls before so many were made at all: only then is there something to count.
local shareAt = 0
if client ~= "" and spent >= allowed then
  local own = {}
  local calls = redis.call("ZRANGEBYSCORE", KEYS[1], since, "+inf", "WITHSCORES")
  for place = 1, #calls, 2 do
    if string.match(calls[place], ":([^:]*)$") == client then own[#own + 1] = tonumber(calls[place + 1]) end
  end
  if #own >= allowed then shareAt = own[#own - allowed + 1] + window end
end
local waitMs = math.max(admittedAt, shareAt) - now
if waitMs > 0 then
  return { shareAt > admittedAt and frozenMs == 0 and "share" or "refused", left, waitMs, frozenMs, birth, count }
end

redis.call("ZREMRANGEBYSCORE", KEYS[1], 1, string.format("%.0f", now - window))
count = count + 1
redis.call("ZADD", KEYS[1], string.format("%.0f", now), string.format("%.0f:%.0f:", birth, count) .. client)
set("count", count)
return { "granted", left, 0, frozenMs, birth, count }`;
