-- hurry: what waits for another day is looked at again, since there may be room: all of it, or a producer's.
-- Both tell whether there was any.
local function hurryBatches(L, most, producer)
  local retryKey, due = L .. ':retry', {}
  for _, number in ipairs(redis.call('ZRANGEBYSCORE', retryKey, '(' .. now, '+inf', 'LIMIT', 0, most)) do
    local b = redis.call('HMGET', P .. 'batch:' .. number, 'waits', 'producers')
    if b[1] == 'quota' and (not producer or runs.counts(b[2])[producer]) then
      due[#due + 1] = now
      due[#due + 1] = number
    end
  end
  wide('ZADD', retryKey, due, 2)
  return #due > 0
end

local function hurryGroups(L, most, producer)
  local spentKey, due, flags = L .. ':spent', {}, {}
  for _, parked in ipairs(redis.call('ZRANGEBYSCORE', spentKey, '(0', '+inf', 'LIMIT', 0, most)) do
    local _, own, group = splitQueue(parked)
    if not producer or own == producer then
      due[#due + 1] = 0
      due[#due + 1] = parked
      local options = string.match(group, '|(.*)$')
      flags[#flags + 1] = spentBy(own, options)
      if not producer then flags[#flags + 1] = 'spent:' .. options end
    end
  end
  wide('ZADD', spentKey, due, 2)
  wide('HDEL', L, flags)
  return #due > 0
end
