-- cancel: takes one intent's interest out of up to 1,000 unsealed targets of one lane. A key goes with its last
-- interest; until then the next one that waits stands for it. A key whose digest is not found (the cache-key
-- rules have changed) falls out at its seal.
-- KEYS[1] the account's prefix; touches intent:*, leg:*, lane:*, more:*, account
-- ARGV[1] skew ms  [2] intent id  [3] lane  [4] digests, 16 bytes each  [5…] positions
-- returns how many targets were cancelled        O(positions + cancelled interests)
-- @include base
-- @include mark
-- @include clear
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return 0 end
local L = laneKey(ARGV[3])
local tag = tagOf(redis.call('HGET', P .. 'leg:' .. leg, 'o:' .. ARGV[3]) or '{}')
local refs, totals = {}, {}
for i = 5, #ARGV do refs[i - 4] = leg .. ':' .. ARGV[i] end
mark(ARGV[3], refs, 'x', nil, nil, totals)

-- The next interest that still waits, or nil; those before it have been cancelled.
local function nextInterest(mine)
  while true do
    local other = redis.call('LPOP', P .. 'more:' .. mine)
    if not other then return nil end
    local otherLeg, pos = splitRef(other)
    if redis.call('GETRANGE', P .. 'leg:' .. otherLeg .. ':s', pos, pos) == 'p' then return other end
  end
end

for i, mine in ipairs(refs) do
  local digest = string.sub(ARGV[4], 16 * i - 15, 16 * i) .. tag
  local held = redis.call('HGET', L .. ':keys', digest)
  if held and refKey(held) == mine then
    local other = nextInterest(mine)
    if other then
      local more = redis.call('EXISTS', P .. 'more:' .. mine) == 1
      if more then redis.call('RENAME', P .. 'more:' .. mine, P .. 'more:' .. other) end
      redis.call('HSET', L .. ':keys', digest, other .. (more and '+' or '') .. (string.match(held, '!$') or ''))
    else
      redis.call('HDEL', L .. ':keys', digest)
    end
  end
end
if redis.call('HLEN', L .. ':keys') == 0 then clearQueues(L) end
return totals.x or 0
