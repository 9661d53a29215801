-- share: what one producer may spend of an account's day, where the configuration says so: `shares` of the quotas, class →
-- producer → units. The day's ledger has it in `by:<producer>`, beside the reservations of which it is a part. A target
-- counts for whoever asked for it first.
local share = {}

-- Targets that may be sealed for the producer.
function share.room(classes, days, quotas, producer, unitsPerTarget)
  local room = math.huge
  for _, class in ipairs(have(quotas.shares) and classes or {}) do
    local units = (quotas.shares[class] or {})[producer]
    for _, day in ipairs(units and days or {}) do
      room = math.min(room, units - tonumber(redis.call('HGET', quotaKey(class, day), 'by:' .. producer) or '0'))
    end
  end
  return math.floor(math.max(0, room) / unitsPerTarget)
end

-- As a group whose class is spent: it leaves the ring until another day, and what it has absorbed does not wait for it.
function share.park(lane, class, producer, group, day)
  leaveRing(laneKey(lane) .. ':' .. class, producer, group)
  redis.call('HSET', laneKey(lane), 'spent:by:' .. producer, string.format('%d', day))
  redis.call('ZADD', laneKey(lane) .. ':spent', day, class .. '\t' .. producer .. '\t' .. group)
  absorb.spent(lane, day, 'by:' .. producer)
end

-- With the reservation of a batch.
function share.book(B, classes, days, quotas, unitsPerTarget)
  if not have(quotas.shares) then return end
  local units = {}
  for _, ref in ipairs(redis.call('LRANGE', B .. ':m', 0, -1)) do
    local producer = cover.producerOf((splitRef(ref)))
    units[producer] = (units[producer] or 0) + unitsPerTarget
  end
  for _, class in ipairs(classes) do
    for _, day in ipairs(days) do
      for producer, each in pairs(units) do redis.call('HINCRBY', quotaKey(class, day), 'by:' .. producer, each) end
    end
  end
  redis.call('HSET', B, 'by', cjson.encode(units))
end
