-- headroom: what the days of now leave to the calls of a lane, in targets, and the reservation that a batch makes there.
-- instants: when the provider's days begin, comma-joined.
local function headroomOf(limits, call, instants)
  local resets = {}
  for reset in string.gmatch(instants, '%d+') do resets[#resets + 1] = tonumber(reset) end
  local days, guardEnd = guardedDays(resets, call.timeoutMs + 1000)
  local quotas = limitsOf('quotas')
  local headroom, caps = { days = days, guardEnd = guardEnd }, {}

  -- With these options: urgent ones may use the reserve.
  function headroom.cap(options)
    if caps[options] then return caps[options] end
    local cap = { u = math.huge, n = math.huge, day = { u = math.huge, n = math.huge }, classes = classesOf(limits, options) }
    for _, class in ipairs(cap.classes) do
      local limit = quotaLimit(class, quotas)
      if limit then
        local room = quotaRoom(class, days, limit)
        cap.day.u = math.min(cap.day.u, limit)
        cap.day.n = math.min(cap.day.n, math.max(0, limit - quotas.reserveForUrgent))
        cap.u = math.min(cap.u, math.floor(room / limits.unitsPerTarget))
        cap.n = math.min(cap.n, math.floor(math.max(0, room - quotas.reserveForUrgent) / limits.unitsPerTarget))
        if room < limits.unitsPerTarget then
          redis.call('HSETNX', quotaKey(class, days[#days]), 'emptyAt', now)
          keepDay(class, days[#days])
        end
      end
    end
    cap.batch = math.min(limits.batch, toldBatch(cap.classes))
    function cap.share(producer) return share.room(cap.classes, days, quotas, producer, limits.unitsPerTarget) end
    function cap.shareOfDay(producer) return share.room(cap.classes, {}, quotas, producer, limits.unitsPerTarget) end
    caps[options] = cap
    return cap
  end

  -- When the first of the days counts no more, by our clock.
  function headroom.untilMs() return guardEnd - shownSkew() end

  -- Is every day of now among those that the batch's reservation was made in?
  function headroom.isReserved(state, reservedDays, reservedClasses, classes)
    if state ~= 'reserved' or reservedClasses ~= table.concat(classes, ',') then return false end
    for _, day in ipairs(days) do
      if not string.find(reservedDays, string.format('%d', day), 1, true) then return false end
    end
    return true
  end

  -- Reserves what the batch needs now, where that is not its own already.
  function headroom.reserve(B, options)
    local classes = classesOf(limits, options)
    if #classes == 0 then return end
    local q = redis.call('HMGET', B, 'qState', 'left', 'qDays', 'qClass')
    if headroom.isReserved(q[1], q[3], q[4], classes) then return end
    settleReservation(B, false)
    local units = tonumber(q[2]) * limits.unitsPerTarget
    for _, class in ipairs(classes) do reserve(class, days, units) end
    share.book(B, classes, days, quotas, limits.unitsPerTarget)
    redis.call('HSET', B, 'qClass', table.concat(classes, ','), 'qDays', table.concat(days, ','), 'qUnits', units,
      'qState', 'reserved')
  end

  return headroom
end
