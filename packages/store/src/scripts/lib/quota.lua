-- quota: one ledger per class and provider day, named by the day's last instant. The day turns by the
-- provider's clock (its Date header); within GUARD of a reset a unit is booked in both days, since nobody
-- can tell which day the provider books it in. Returns the days, and when the first of them counts no more.
local function guardedDays(resets, guardMs)
  local provider = redis.call('HMGET', P .. 'account', 'skewMs', 'skewDoubtMs')
  local at = now + tonumber(provider[1] or '0')
  guardMs = math.max(guardMs, math.min(tonumber(provider[2] or '0'), 43200000))
  -- A provider's clock that is off by days tells nothing about its day.
  if at < resets[1] or at >= resets[#resets - 1] then at = now end
  for i, reset in ipairs(resets) do
    if reset > at then
      if i > 1 and at - resets[i - 1] < guardMs then return { resets[i - 1], reset }, resets[i - 1] + guardMs end
      if reset - at < guardMs then return { reset, resets[i + 1] }, reset + guardMs end
      return { reset }, reset + guardMs
    end
  end
  error('quota: no reset ahead of the provider clock')
end

local function quotaKey(class, day) return P .. 'quota:' .. class .. ':' .. day end

local function toldKey(class) return P .. 'told:' .. class end

-- The classes that a call with these options spends; some providers count areas apart.
local function classesOf(limits, options)
  local byOption = have(limits.quotaByOption)
  local value = byOption and cjson.decode(options)[byOption.option]
  local classes = value ~= nil and byOption and byOption.classes[tostring(value)]
  local usual = have(limits.quota)
  return classes or (usual and { usual } or {})
end

-- All that a lane may spend.
local function eachClassSet(limits, visit)
  visit(classesOf(limits, '{}'))
  local byOption = have(limits.quotaByOption)
  for _, classes in pairs(byOption and byOption.classes or {}) do visit(classes) end
end

-- Units of a day: what the provider told counts downward only. nil: the class is not counted.
local function quotaLimit(class, quotas)
  local configured = quotas.limits[class]
  local told = configured and redis.call('HGET', toldKey(class), 'limit')
  return told and math.min(configured, tonumber(told)) or configured
end

-- Targets in one call that spends these classes, as far as the provider told.
local function toldBatch(classes)
  local batch = math.huge
  for _, class in ipairs(classes) do batch = math.min(batch, tonumber(redis.call('HGET', toldKey(class), 'batch') or batch)) end
  return batch
end

-- The most that a call of this lane may hold, whatever its options are.
local function widestBatch(limits)
  local widest = 0
  eachClassSet(limits, function(classes) widest = math.max(widest, toldBatch(classes)) end)
  return widest
end

local function quotaRoom(class, days, limit)
  local room = limit
  for _, day in ipairs(days) do
    local spent = redis.call('HMGET', quotaKey(class, day), 'used', 'reserved', 'elsewhere', 'full')
    if spent[4] then return 0 end
    room = math.min(room, limit - tonumber(spent[1] or '0') - tonumber(spent[2] or '0') - tonumber(spent[3] or '0'))
  end
  return math.max(0, room)
end

-- A ledger has no TTL: Redis would forget the day when its clock is set ahead. `quota:days` has those that are written;
-- where a day comes in, what ended long before it goes. Not by one clock alone: a host that is far ahead hands in days
-- far ahead. An older program gave its ledgers a TTL.
local keepDay
do
  local FORGOTTEN_MS = 14 * 86400000
  local isKept = {}
  function keepDay(class, day)
    local ledger, indexKey = class .. ':' .. day, P .. 'quota:days'
    if isKept[ledger] then return end
    isKept[ledger] = true
    if redis.call('ZADD', indexKey, 'NX', day, ledger) == 0 then return end
    redis.call('PERSIST', quotaKey(class, day))
    local over = string.format('(%.0f', math.min(tonumber(day), now) - FORGOTTEN_MS)
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', indexKey, '-inf', over, 'LIMIT', 0, 10)) do
      redis.call('DEL', P .. 'quota:' .. old)
      redis.call('ZREM', indexKey, old)
    end
  end
end

-- By the provider's word this much is left of a day: what we have not spent of the rest, others have. Counted from
-- the limit in force, so that a limit which is set below the provider's is all ours while the provider has as much.
-- `atLeast`: an earlier answer that told more of others stands.
local function tellRemaining(class, day, limit, remaining, atLeast)
  local spent = redis.call('HMGET', quotaKey(class, day), 'used', 'reserved', 'elsewhere')
  local elsewhere = math.max(0, limit - remaining - tonumber(spent[1] or '0') - tonumber(spent[2] or '0'))
  if atLeast then elsewhere = math.max(elsewhere, tonumber(spent[3] or '0')) end
  redis.call('HSET', quotaKey(class, day), 'elsewhere', elsewhere)
  keepDay(class, day)
end

local function reserve(class, days, units)
  for _, day in ipairs(days) do
    redis.call('HINCRBY', quotaKey(class, day), 'reserved', units)
    keepDay(class, day)
  end
end

-- Whose part of a reservation this script has given back.
local givenBack = {}

-- The reservation written in a batch becomes spent, but for so many refused items, or is given back to the days it
-- was made in.
local function settleReservation(B, spend, refused)
  local q = redis.call('HMGET', B, 'qClass', 'qDays', 'qUnits', 'qState', 'left', 'by')
  if not q[1] or q[4] ~= 'reserved' then return end
  local units = tonumber(q[3])
  local spent = spend and units - (refused or 0) * units / tonumber(q[5]) or 0
  for class in string.gmatch(q[1], '[^,]+') do
    for day in string.gmatch(q[2], '%d+') do
      redis.call('HINCRBY', quotaKey(class, day), 'reserved', -units)
      if spent > 0 then redis.call('HINCRBY', quotaKey(class, day), 'used', spent) end
      keepDay(class, day)
      for producer, each in pairs(not spend and q[6] and cjson.decode(q[6]) or {}) do
        redis.call('HINCRBY', quotaKey(class, day), 'by:' .. producer, -each)
        givenBack[producer] = true
      end
    end
  end
  redis.call('HDEL', B, 'by')
  redis.call('HSET', B, 'qState', spend and 'spent' or 'refunded')
end

-- A part of a split batch takes over its part of the reservation: nobody else gets between.
local function inheritReservation(B, C, count)
  local q = redis.call('HMGET', B, 'qClass', 'qDays', 'qUnits', 'qState', 'left', 'by')
  if q[4] ~= 'reserved' then return end
  local unitsPerTarget = tonumber(q[3]) / tonumber(q[5])
  redis.call('HSET', C, 'qClass', q[1], 'qDays', q[2], 'qUnits', count * unitsPerTarget, 'qState', 'reserved')
  local units = q[6] and runs.counts(redis.call('HGET', C, 'producers')) or {}
  for producer, targets in pairs(units) do units[producer] = targets * unitsPerTarget end
  if next(units) then redis.call('HSET', C, 'by', cjson.encode(units)) end
end
