-- clear: a lane in which nothing waits: what its FIFOs still hold has been cancelled or went by another one.
local function clearQueues(L)
  for _, class in ipairs({ 'u', 'n' }) do
    local C = L .. ':' .. class
    for _, producer in ipairs(redis.call('LRANGE', C .. ':ring', 0, -1)) do
      for _, group in ipairs(redis.call('LRANGE', C .. ':ring:' .. producer, 0, -1)) do
        redis.call('UNLINK', C .. ':q:' .. producer .. ':' .. group)
      end
      redis.call('UNLINK', C .. ':ring:' .. producer)
    end
    redis.call('UNLINK', C .. ':ring', C .. ':deficit')
  end
  for _, parkedKey in ipairs({ L .. ':parked', L .. ':spent' }) do
    for _, parked in ipairs(redis.call('ZRANGE', parkedKey, 0, -1)) do
      local class, producer, group = string.match(parked, '^(.)\t([^\t]*)\t(.*)$')
      redis.call('UNLINK', L .. ':' .. class .. ':q:' .. producer .. ':' .. group)
      redis.call('HDEL', L, spentBy(producer, string.match(group, '|(.*)$')))
    end
    redis.call('UNLINK', parkedKey)
  end
  for _, number in ipairs(redis.call('ZRANGE', L .. ':behind', 0, -1)) do redis.call('UNLINK', L .. ':behind:' .. number) end
  redis.call('UNLINK', L .. ':behind')
  redis.call('HDEL', L, 'first', 'last')
end
