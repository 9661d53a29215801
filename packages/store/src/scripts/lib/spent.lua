-- spent: where an option of the call decides which classes it spends, a spent class holds back only the groups
-- that spend it: they leave the ring and stand in `spent`, scored by the day that is over for them.
local SCAN = 32

local function parkSpent(lane, class, producer, group, day)
  local L = laneKey(lane)
  leaveRing(L .. ':' .. class, producer, group)
  redis.call('ZADD', L .. ':spent', day, class .. '\t' .. producer .. '\t' .. group)
  holders.spent(lane, day, string.match(group, '|(.*)$'))
end

-- Another day has begun for them; figures of the provider that make room set their score to 0.
local function unparkSpent(L, day)
  for _, parked in ipairs(redis.call('ZRANGEBYSCORE', L .. ':spent', '-inf', '(' .. day, 'LIMIT', 0, 100)) do
    local _, producer, group = splitQueue(parked)
    redis.call('HDEL', L, spentBy(producer, string.match(group, '|(.*)$')))
    redis.call('ZREM', L .. ':spent', parked)
    joinRing(L, parked)
  end
end

-- Parks the spent groups of a class that stand before one that may go; true where there is such a one.
local function passSpent(lane, class, capOf, day)
  local C = laneKey(lane) .. ':' .. class
  for _, producer in ipairs(redis.call('LRANGE', C .. ':ring', 0, SCAN - 1)) do
    for _, group in ipairs(redis.call('LRANGE', C .. ':ring:' .. producer, 0, SCAN - 1)) do
      if capOf(string.match(group, '|(.*)$'))[class] >= 1 then return true end
      parkSpent(lane, class, producer, group, day)
    end
  end
  return false
end
