-- publish: puts an account's limits in force, unless a newer configuration's are.
-- KEYS[1] the account's prefix; touches account, limits, hold:*, lane:*, batch:*, poll:*, unacked
-- ARGV[1] skew ms  [2] revision: when the configuration was written, epoch ms  [3] its digest  [4…] field, JSON, …
-- returns 1: in force; 0: another configuration's are        O(fields + groups and batches that wait for another day)
-- @include base
-- @include slots
-- @include gate
-- @include runs
-- @include ring
-- @include hurry
noticeServer()
local K = P .. 'limits'
local inForce = redis.call('HMGET', K, 'revisionAt', 'revisionDigest')
if inForce[2] == ARGV[3] then return 1 end
if inForce[1] and tonumber(inForce[1]) > tonumber(ARGV[2]) then return 0 end
-- Another limit acts at once: nothing learned about the old one is left, and the next sweep replaces whoever sleeps.
for i = 4, #ARGV, 2 do
  local kind, name = string.match(ARGV[i], '^(%a+):(.+)$')
  local owner = kind and (kind == 'lane' and laneKey(name) or P .. 'poll:' .. name)
  if owner then dismissWaiter(owner, owner .. ':slots') end
  -- So is what waits for another day.
  if kind == 'lane' then
    hurryGroups(owner, -1)
    hurryBatches(owner, WIDE)
  end
  if kind == 'call' and redis.call('HGET', K, ARGV[i]) ~= ARGV[i + 1] then speedUp(name) end
end
redis.call('DEL', K)
redis.call('HSET', K, 'revisionAt', ARGV[2], 'revisionDigest', ARGV[3], unpack(ARGV, 4))
return 1
