-- claim_key: one try at a request with an Idempotency-Key.
-- KEYS[1] the key's record, in a slot of its own
-- ARGV[1] body digest  [2] intent id to use  [3] ms until a try that said nothing counts as dead  [4] retention ms
-- returns {'mine', intent id} | {'replay', response} | {'mismatch'} | {'running'}        O(1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key = KEYS[1]
local r = redis.call('HMGET', key, 'digest', 'intent', 'response', 'until')
if not r[1] then
  redis.call('HSET', key, 'digest', ARGV[1], 'intent', ARGV[2], 'until', now + tonumber(ARGV[3]))
  redis.call('PEXPIRE', key, ARGV[4])
  return { 'mine', ARGV[2] }
end
if r[1] ~= ARGV[1] then return { 'mismatch' } end
if r[3] then return { 'replay', r[3] } end
-- No try has so long: the clock has been set back.
if tonumber(r[4]) > now and tonumber(r[4]) <= now + tonumber(ARGV[3]) then return { 'running' } end
-- The earlier try may have staged something: the same id makes repeating it harmless.
redis.call('HSET', key, 'until', now + tonumber(ARGV[3]))
return { 'mine', r[2] }
