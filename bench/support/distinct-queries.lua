-- A valid query that no request before it had: an earliest start of its own, counted up in seconds from the one given. At the
-- end, how many answers there were of each status.
--
--     wrk -t1 -s distinct-queries.lua <url> -- <epoch seconds>

local at = 0
local worker

function setup(thread)
  worker = thread
end

function init(args)
  at = tonumber(args[1])
  pages, refusals, others = 0, 0, 0
end

function request()
  at = at + 1
  return wrk.format("GET", wrk.path .. "?start_time=" .. os.date("!%Y-%m-%dT%H:%M:%SZ", at))
end

function response(status)
  if status == 200 then
    pages = pages + 1
  elseif status == 503 then
    refusals = refusals + 1
  else
    others = others + 1
  end
end

function done()
  local told = "answers: %d pages, %d refusals, %d others\n"
  io.write(told:format(worker:get("pages"), worker:get("refusals"), worker:get("others")))
end
