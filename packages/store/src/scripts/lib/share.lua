-- share: what one producer may spend of an account's day, where the configuration says so: `shares` of the quotas, class →
-- producer → units. The day's ledger has it in `by:<producer>`, beside the reservations of which it is a part. A target
-- counts for the producer by whose FIFO it was sealed: `producers` of its batch.
local share = {}

-- Targets that may be sealed for the producer; without days: in a whole one.
function share.room(classes, days, quotas, producer, unitsPerTarget)
  local room = math.huge
  for _, class in ipairs(have(quotas.shares) and classes or {}) do
    local units = (quotas.shares[class] or {})[producer]
    room = math.min(room, units or room)
    for _, day in ipairs(units and days or {}) do
      local spent = tonumber(redis.call('HGET', quotaKey(class, day), 'by:' .. producer) or '0')
      room = math.min(room, units - math.max(0, spent))
    end
  end
  return math.floor(math.max(0, room) / unitsPerTarget)
end

-- As a group whose class is spent: it leaves the ring until another day, and what it has absorbed does not wait for it.
function share.park(lane, class, producer, group, day)
  local L = laneKey(lane)
  leaveRing(L .. ':' .. class, producer, group)
  redis.call('HSET', L, spentBy(producer, string.match(group, '|(.*)$')), string.format('%d', day))
  redis.call('ZADD', L .. ':spent', day, class .. '\t' .. producer .. '\t' .. group)
  holders.lookLater(lane)
end

-- A batch that is tried again, in two parts: what its producers have room for, and what waits for another day.
-- isAsked: the provider may have it, so what one producer may have of it in a day is asked for again as a whole.
function share.parts(B, cap, isAsked)
  local text, rooms, parts = redis.call('HGET', B, 'producers'), {}, { {}, {} }
  for producer, count in pairs(runs.counts(text)) do
    rooms[producer] = cap.share(producer)
    if isAsked and rooms[producer] < count and count <= cap.shareOfDay(producer) then rooms[producer] = 0 end
  end
  for at, producer in ipairs(runs.names(text)) do
    table.insert(parts[rooms[producer] >= 1 and 1 or 2], at)
    rooms[producer] = rooms[producer] - 1
  end
  return parts
end

-- With the reservation of a batch.
function share.book(B, classes, days, quotas, unitsPerTarget)
  redis.call('HDEL', B, 'by')
  local text = have(quotas.shares) and redis.call('HGET', B, 'producers')
  if not text then return end
  local units = runs.counts(text)
  for producer, count in pairs(units) do
    units[producer] = count * unitsPerTarget
    for _, class in ipairs(classes) do
      for _, day in ipairs(days) do redis.call('HINCRBY', quotaKey(class, day), 'by:' .. producer, units[producer]) end
    end
  end
  redis.call('HSET', B, 'by', cjson.encode(units))
end
