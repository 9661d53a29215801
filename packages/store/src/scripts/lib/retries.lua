-- retries: which batch of a lane is tried again next. One that cannot go now is put off, or parted where some of it can.
local retries = {}
do
  local function refsOf(number)
    local refs = redis.call('LRANGE', P .. 'batch:' .. number .. ':m', 0, -1)
    for i, ref in ipairs(refs) do refs[i] = refKey(ref) end
    return refs
  end

  local function parkBatch(lane, number, why, untilMs)
    redis.call('HSET', P .. 'batch:' .. number, 'waits', why)
    if why == 'quota' then absorb.settle(lane, refsOf(number), 'p') end
    redis.call('ZADD', laneKey(lane) .. ':retry', untilMs, number)
  end

  local function partsAt(count, size)
    local parts = { {}, {} }
    for at = 1, size do table.insert(parts[at <= count and 1 or 2], at) end
    return parts
  end

  -- Puts off, or splits, a batch that cannot be tried again now; true where it can.
  local function mayGo(lane, number, limits, headroom)
    if lost.isAsked(laneKey(lane), number) then
      parkBatch(lane, number, 'provider', now + LOOK_MS)
      return false
    end
    local B = P .. 'batch:' .. number
    local b = redis.call('HMGET', B, 'qState', 'left', 'class', 'qDays', 'qClass', 'options', 'resend')
    local left, cap = tonumber(b[2]), headroom.cap(b[6])
    -- The provider has told since that it takes fewer. What it may have is asked for again as it was.
    if left > math.max(1, toldBatch(cap.classes)) and not b[7] then
      splitBatch(lane, number)
      return false
    end
    local isReserved = headroom.isReserved(b[1], b[4], b[5], cap.classes)
    if cap[b[3]] < left and not isReserved then
      -- More than a whole day has for its class: the limit was lowered since its seal.
      if left > 1 and left * limits.unitsPerTarget > cap.day[b[3]] then
        splitBatch(lane, number)
      elseif cap[b[3]] > 0 and not b[7] then
        -- The provider refused it for want of quota and has some: as much as that of it is not kept from today.
        splitBatch(lane, number, partsAt(cap[b[3]], redis.call('LLEN', B .. ':m')))
      else
        parkBatch(lane, number, 'quota', headroom.untilMs())
      end
      return false
    end
    local parts = not isReserved and share.parts(B, cap, b[7])
    if parts and #parts[2] > 0 then
      if #parts[1] > 0 then splitBatch(lane, number, parts) else parkBatch(lane, number, 'quota', headroom.untilMs()) end
      return false
    end
    local freeAt = domains.freeAt(lane, limits.call, B, have(limits.perDomainPerMinute))
    if freeAt then parkBatch(lane, number, 'rate', freeAt) end
    return not freeAt
  end

  -- The longest due first; a bounded number of looks, since each may put one off.
  function retries.next(lane, limits, headroom)
    for _ = 1, 20 do
      local number = redis.call('ZRANGEBYSCORE', laneKey(lane) .. ':retry', '-inf', now, 'LIMIT', 0, 1)[1]
      if not number or mayGo(lane, number, limits, headroom) then return number end
    end
  end
end
