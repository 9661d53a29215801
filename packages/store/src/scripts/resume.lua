-- resume: ends a pause and a stop, and wakes every lane and query that has work.
-- KEYS[1] the account's prefix; touches account, credentials, lane:*, batch:*, poll:*, limits, unacked
-- ARGV[1] skew ms  [2] lanes, comma-joined  [3] polls, comma-joined
-- returns {owner, slot, …}        O(lanes + batches put off)
-- @include base
-- @include slots
-- @include stop
local minted = {}
redis.call('HDEL', P .. 'account', 'paused')
liftStops()
local function add(owner, slot)
  if not slot then return end
  minted[#minted + 1] = owner
  minted[#minted + 1] = slot
end
-- Batches that were put off are tried now, but for those that the provider may have and must be given time with.
local function hurryRetries(lane)
  local retryKey = laneKey(lane) .. ':retry'
  for _, number in ipairs(redis.call('ZRANGEBYSCORE', retryKey, '(' .. now, '+inf')) do
    if not redis.call('HGET', P .. 'batch:' .. number, 'resend') then redis.call('ZADD', retryKey, now, number) end
  end
end

for lane in string.gmatch(ARGV[2], '[^,]+') do
  hurryRetries(lane)
  add(lane, keepLaneSlot(lane, limitsOf('lane:' .. lane), true))
end
for call in string.gmatch(ARGV[3], '[^,]+') do
  dismissWaiter(P .. 'poll:' .. call, P .. 'poll:' .. call .. ':slots')
  add(call, keepPollSlot(call))
end
return minted
