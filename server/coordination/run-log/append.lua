-- append.lua  KEYS 1 log, also the channel.  ARGV 1 fence, 2 seq, 3 value, 4 ttl seconds (only when due)
-- Adds text and notifies followers, in one step. Returns OK followers, REPEAT, GAP last, BEHIND fence, LOST or FENCED
-- fence. Numbers from the log are returned as strings, because Lua would print a computed fence of 15 digits wrongly.
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not top then return 'LOST' end
local f, s = string.match(top[1], '^(%d+)-(%d+)$')
local mine, seq, held, last = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(f), tonumber(s)
if held > mine then return 'FENCED ' .. f end
if held < mine then return 'BEHIND ' .. f end
if seq <= last then return 'REPEAT' end
if seq > last + 1 then return 'GAP ' .. s end
local id = ARGV[1] .. '-' .. ARGV[2]
redis.call('XADD', KEYS[1], id, 'd', ARGV[3])
if ARGV[4] then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
local followers = redis.pcall('SPUBLISH', KEYS[1], id .. ARGV[3])
return 'OK ' .. (type(followers) == 'number' and followers or -1)
