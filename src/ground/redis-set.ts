// What our scripts over a sorted set in Redis begin with: the server's time, what must be remembered beside the members, and whether
// the set was written on this server.
//
// All that belongs together lies in one set, so that none of it can be lost without the rest. Members of ours have positive scores. Marks
// are members with negative scores, read and written by `mark` and `set`. `server:<run_id>` is the server that the set was written on: each
// start of a server has a name of its own. Another one may have lost the newest members, as an older snapshot and a replica that lags
// behind do, and nobody may be left who could tell. A server that says of no name is not told from others.

/** The score of the server's name: between those of the marks, which are whole. */
const serverScore = "-0.5";

/**
 * Lua over KEYS[1]: `now` in ms, `mark(name)`, `set(name, value)`, `isElsewhere`, and `settleHere()`, after which the set is this
 * server's. A value of another kind at the key is nobody's set, and gives way.
 */
export const setPrelude = `
local probed = redis.pcall("ZSCORE", KEYS[1], "")
if type(probed) == "table" and probed.err then
  if not string.find(probed.err, "WRONGTYPE", 1, true) then return probed end
  redis.call("DEL", KEYS[1])
end
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function mark(name)
  local score = redis.call("ZSCORE", KEYS[1], name)
  return score and -tonumber(score) or nil
end
local function set(name, value) redis.call("ZADD", KEYS[1], string.format("%.0f", -value), name) end
local info = redis.pcall("INFO", "server")
local run = type(info) == "string" and string.match(info, "run_id:(%w+)")
local server = run and "server:" .. run
local isElsewhere = server and not redis.call("ZSCORE", KEYS[1], server)
local function settleHere()
  redis.call("ZREMRANGEBYSCORE", KEYS[1], "${serverScore}", "${serverScore}")
  if server then redis.call("ZADD", KEYS[1], "${serverScore}", server) end
end
`;
