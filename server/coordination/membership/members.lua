-- members.lua  KEYS 1 beats (sorted set), 2 facts (hash): both {members}.  ARGV 1 own id, 2 facts or '' (unchanged) or '-' (leave), 3 lease ms, 4 ttl ms
-- One heartbeat: writes the own entry, removes entries without a heartbeat for a lease, and lists the rest, by Redis's
-- clock. Returns FACTS now (the own facts are missing: call again with them) or OK now run_id gap list facts. gap is 1
-- if the own entry did not exist without interruption, so that the absence of another entry proves nothing yet.
local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
local known = redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1
local gap = (last and known and now - last < tonumber(ARGV[3]) and now >= tonumber(last)) and 0 or 1
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
for i = 1, #gone do
  redis.call('ZREM', KEYS[1], gone[i])
  if gone[i] ~= ARGV[1] then redis.call('HDEL', KEYS[2], gone[i]) end
end
if ARGV[2] == '-' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
elseif ARGV[2] == '' and not known then
  return { 'FACTS', now }
else
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  if ARGV[2] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
local info = redis.pcall('INFO', 'server')
local run_id = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
local list, ids, facts = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), {}, {}
for i = 1, #list, 2 do ids[#ids + 1] = list[i] end
if #ids > 0 then facts = redis.call('HMGET', KEYS[2], unpack(ids)) end
return { 'OK', now, run_id, gap, list, facts }
