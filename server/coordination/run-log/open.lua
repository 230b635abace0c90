-- open.lua  KEYS 1 log, also the channel.  ARGV 1 fence, 2 seq, 3 ttl seconds, 4 value of the note, 5 snapshot; without 5: seize
-- Replaces the content of the log with a snapshot, or seizes the log (raises its fence, keeps its text).
-- Returns OK followers, REPEAT or FENCED fence. A repeated open must change nothing: a late copy of it would erase appends.
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if top then
  local f, s = string.match(top[1], '^(%d+)-(%d+)$')
  local held, mine = tonumber(f), tonumber(ARGV[1])
  if held > mine then return 'FENCED ' .. f end
  if held == mine and tonumber(s) >= tonumber(ARGV[2]) then return 'REPEAT' end
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  -- An emptied stream remembers its highest id and would refuse a lower id.
  redis.call('DEL', KEYS[1])
end
local id = ARGV[1] .. '-' .. ARGV[2]
if ARGV[5] then
  redis.call('XADD', KEYS[1], 'MAXLEN', 1, id, 'd', ARGV[5])
else
  redis.call('XADD', KEYS[1], id, 'd', ARGV[4])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
-- pcall, so that a Redis user without the right to this channel can still write. Readers then poll.
local followers = redis.pcall('SPUBLISH', KEYS[1], id .. ARGV[4])
return 'OK ' .. (type(followers) == 'number' and followers or -1)
