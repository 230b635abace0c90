-- consume.lua  KEYS 1 theoretical arrival time, 2 block.  ARGV 1 µs between units, 2 µs of the whole burst, 3 units
-- GCRA by Redis's clock. Returns allowed (1 or 0), remaining units, ms until the cost is allowed, ms until the whole
-- burst is available.
local t = redis.call('TIME') local now = t[1] * 1000000 + t[2]
local interval, tolerance, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tat = tonumber(redis.call('GET', KEYS[1]) or now)
-- Further ahead than a whole burst if the limit was reduced or the clock was set back.
if tat > now + tolerance then tat = now + tolerance end
if tat < now then tat = now end
local blocked = redis.call('PTTL', KEYS[2])
if blocked > 0 then return { 0, 0, blocked, math.max(blocked, math.ceil((tat - now) / 1000)) } end
local next_tat = tat + interval * cost
local wait = next_tat - tolerance - now
-- Intervals are rarely whole microseconds: without this tolerance, a rounding error could refuse a whole burst.
if wait > 1 then
  return { 0, math.floor((now + tolerance - tat) / interval + 1e-6), math.ceil(wait / 1000), math.ceil((tat - now) / 1000) }
end
local reset = math.ceil((next_tat - now) / 1000)
if reset > 0 then redis.call('SET', KEYS[1], string.format('%.0f', next_tat), 'PX', reset) end
return { 1, math.floor((now + tolerance - next_tat) / interval + 1e-6), 0, reset }
