// The log of changes as Lua, on one sorted set: the memory of `change-marks.ts` with Redis' own order.
//
// A member is a kind of mark and a tag, its score the last position at which that tag was so marked: a tag that is touched a thousand times
// takes the room of one. An end is marked beside the change that it is. What else must be remembered are marks of the set:
//   head         the last position
//   floor        a page from before counts as touched
//   hidden       the last position at which anything was hidden
//   hiddenFloor  no page from before may be shown
// Positions follow the server's clock and never go back, however that is set. The key has no expiry.
import { setPrelude } from "../ground/redis-set.ts";

/** The most members that are kept. */
export const membersMax = 10_000;

/**
 * A log without a head has lost everything, one that knows less than the caller has lost something, and one of another server may have:
 * whatever a page may have missed lies below the floor then. What the caller knows to be hidden and the log does not is hidden for all.
 */
const prelude = `${setPrelude}
local knownHead, knownHidden = tonumber(ARGV[1]), tonumber(ARGV[2])
local head, floor = mark("head"), mark("floor") or 0
local hidden, hiddenFloor = mark("hidden") or 0, mark("hiddenFloor") or 0
if not head or isElsewhere or head < knownHead then
  head = math.max(now, knownHead + 1, (head or 0) + 1)
  floor = head
  settleHere()
  set("head", head)
  set("floor", floor)
end
if hidden < knownHidden then
  hidden, hiddenFloor = knownHidden, math.max(hiddenFloor, knownHidden)
  set("hidden", hidden)
  set("hiddenFloor", hiddenFloor)
end
`;

/**
 * KEYS log
 * ARGV the caller's last position and last hidden one, the kind, "1" where something ended, the channel to wake followers on, and the tags
 *
 * Members of one position are forgotten together: below the floor they tell nothing more. The wake-up may be refused, the touch is kept.
 */
export const appendScript = `${prelude}
local kind, hasEnded = ARGV[3], ARGV[4] == "1"
local position = math.max(head + 1, now)
local score = string.format("%.0f", position)
for place = 6, #ARGV do
  redis.call("ZADD", KEYS[1], score, kind .. " " .. ARGV[place])
  if hasEnded then redis.call("ZADD", KEYS[1], score, "ended " .. ARGV[place]) end
end
set("head", position)
if kind == "hidden" then set("hidden", position) end

local excess = redis.call("ZCOUNT", KEYS[1], "(0", "+inf") - ${membersMax}
if excess > 0 then
  local last = redis.call("ZRANGEBYSCORE", KEYS[1], "(0", "+inf", "WITHSCORES", "LIMIT", excess - 1, 1)[2]
  local forgotten = redis.call("ZRANGEBYSCORE", KEYS[1], "(0", last, "WITHSCORES")
  for place = 1, #forgotten, 2 do
    local what, at = string.match(forgotten[place], "^%a+"), tonumber(forgotten[place + 1])
    if what ~= "ended" then floor = math.max(floor, at) end
    if what == "hidden" then hiddenFloor = math.max(hiddenFloor, at) end
  end
  redis.call("ZREMRANGEBYSCORE", KEYS[1], "(0", last)
  set("floor", floor)
  set("hiddenFloor", hiddenFloor)
end
redis.pcall("PUBLISH", ARGV[5], score)
return position`;

/**
 * KEYS log
 * ARGV the caller's last position and last hidden one, and the position after which it asks
 *
 * Answers with head, floor, hiddenFloor, and the members as a JSON text: each, oldest first, and after it its position as text.
 */
export const changesScript = `${prelude}
local found = redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. ARGV[3], "+inf", "WITHSCORES")
return { head, floor, hiddenFloor, #found > 0 and cjson.encode(found) or "[]" }`;
