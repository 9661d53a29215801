-- cancel: takes one intent's interest out of up to 1,000 unsealed targets of one lane. A key that nobody else
-- wants leaves the queue; one whose digest is not found (the cache-key rules have changed) falls out at its seal.
-- KEYS[1] the account's prefix; touches intent:*, leg:*, lane:*, account
-- ARGV[1] skew ms  [2] intent id  [3] lane  [4] digests, 16 bytes each  [5…] positions
-- returns how many targets were cancelled        O(positions)
-- @include base
-- @include mark
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return 0 end
local L = laneKey(ARGV[3])
local refs, totals = {}, {}
for i = 5, #ARGV do
  local mine = leg .. ':' .. ARGV[i]
  local at = (i - 5) * 16
  local digest = string.sub(ARGV[4], at + 1, at + 16)
  local held = redis.call('HGET', L .. ':keys', digest)
  if held == mine or held == mine .. '!' then redis.call('HDEL', L .. ':keys', digest) end
  refs[#refs + 1] = mine
end
mark(ARGV[3], refs, 'x', nil, nil, totals)
if redis.call('HLEN', L .. ':keys') == 0 then redis.call('HDEL', L, 'first', 'last') end
return totals.x or 0
