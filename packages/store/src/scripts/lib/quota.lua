-- quota: one ledger per class and provider day, named by the day's last instant. The day turns by the
-- provider's clock (its Date header); within GUARD of a reset a unit is booked in both days, since nobody
-- can tell which day the provider books it in. Returns the days, and when the room may have changed.
local function guardedDays(resets, guardMs)
  local at = now + tonumber(redis.call('HGET', P .. 'account', 'skewMs') or '0')
  -- A provider's clock that is off by days tells nothing about its day.
  if at < resets[1] or at >= resets[#resets - 1] then at = now end
  for i, reset in ipairs(resets) do
    if reset > at then
      if i > 1 and at - resets[i - 1] < guardMs then return { resets[i - 1], reset }, resets[i - 1] + guardMs end
      if reset - at < guardMs then return { reset, resets[i + 1] }, reset end
      return { reset }, reset
    end
  end
  error('quota: no reset ahead of the provider clock')
end

local function quotaKey(class, day) return P .. 'quota:' .. class .. ':' .. day end

local function quotaRoom(class, days, limit)
  local room = limit
  for _, day in ipairs(days) do
    local spent = redis.call('HMGET', quotaKey(class, day), 'used', 'reserved', 'full')
    if spent[3] then return 0 end
    room = math.min(room, limit - tonumber(spent[1] or '0') - tonumber(spent[2] or '0'))
  end
  return math.max(0, room)
end

local function reserve(class, days, units)
  for _, day in ipairs(days) do
    redis.call('HINCRBY', quotaKey(class, day), 'reserved', units)
    redis.call('PEXPIREAT', quotaKey(class, day), day + 4 * 86400000)
  end
end

-- The reservation written in a batch becomes spent, or is given back to the days it was made in.
local function settleReservation(B, spend)
  local q = redis.call('HMGET', B, 'qClass', 'qDays', 'qUnits', 'qState')
  if not q[1] or q[4] ~= 'reserved' then return end
  for day in string.gmatch(q[2], '%d+') do
    redis.call('HINCRBY', quotaKey(q[1], day), 'reserved', -tonumber(q[3]))
    if spend then redis.call('HINCRBY', quotaKey(q[1], day), 'used', tonumber(q[3])) end
  end
  redis.call('HSET', B, 'qState', spend and 'spent' or 'refunded')
end
