-- gate: one call's permits. An exact log of grant times: the n-th grant may not come sooner than a window
-- after the (n-limit)-th. A grant that is at most LATE_MS late is booked at its due time, so that lateness
-- does not add up. The margin covers what can move a call closer to its predecessor at the provider's door:
-- LATE_MS (5) + age of a permit when the bytes leave (10) + difference of the ways to the door (10):
-- 50 in 1,025 ms is 97.6 % of 50/s. Whoever needs an older permit has it booked so much later.
local permit, giveBack, withdraw, openCall, holdCall, seen
do
  local LATE_MS = 5
  local AGE_MS = 10
  local MARGIN_MS = 25

  local function windowDue(logKey, limit, windowMs)
    if not limit then return nil end
    local at = redis.call('LINDEX', logKey, -limit)
    return at and tonumber(at) + windowMs + MARGIN_MS or nil
  end

  -- Redis's clock has jumped back: what is logged ahead of it tells nothing. A whole window is waited out instead.
  local function forgetFuture(logKey)
    local last = redis.call('LINDEX', logKey, -1)
    if last and tonumber(last) > now + 1000 then
      redis.call('DEL', logKey)
      redis.call('HSET', P .. 'account', 'lostAt', now)
    end
  end

  -- After lost state, too, a whole window is waited out: `lostAt` is where that is written.
  local function lostDue(windowMs)
    local lostAt = redis.call('HGET', P .. 'account', 'lostAt')
    if not lostAt then return 0 end
    if tonumber(lostAt) > now then
      lostAt = now
      redis.call('HSET', P .. 'account', 'lostAt', now)
    end
    return tonumber(lostAt) + windowMs + MARGIN_MS
  end

  -- The account's: another one's outage or throttling closes nothing here.
  local function holdKey(call) return P .. 'hold:' .. call end

  -- Until when a call is held, and why; nil: it is not. `again`: whoever asks holds a permit that went stale, so the
  -- one probe of a half-open call may ask for another.
  local function heldUntil(call, limits, again)
    local hold = redis.call('HMGET', holdKey(call), 'openAt', 'why', 'probing')
    local openAt = tonumber(hold[1] or '0')
    if now >= openAt or (again and hold[3]) then return nil, hold[2] end
    -- No outage holds a call for longer: the clock has jumped back.
    if hold[2] == 'provider' and openAt > now + 60000 + limits.timeoutMs then return nil, hold[2] end
    return openAt, hold[2]
  end

  -- Grants of the last minute stay on the log whatever the limits are: a minute limit that comes later counts them.
  local function logGrant(logKey, at, perSecond, perMinute)
    redis.call('RPUSH', logKey, at)
    redis.call('LTRIM', logKey, -math.max((perSecond or 0) * 61, perMinute or 0, 1), -1)
    for _ = 1, 10 do
      local first = redis.call('LINDEX', logKey, 0)
      if tonumber(first) > now - 62000 then break end
      redis.call('LPOP', logKey)
    end
  end

  -- Grants (and logs) a permit, or returns how long to wait, why, and until when. `ageMs`: how old it may get.
  function permit(call, limits, again, ageMs)
    local openAt, why = heldUntil(call, limits, again)
    if openAt then return openAt - now, why, openAt end
    noticeServer()
    local logKey = P .. 'gate:' .. call
    local perSecond, perMinute = have(limits.perSecond), have(limits.perMinute)
    if perSecond or perMinute then forgetFuture(logKey) end
    local due = math.max(
      windowDue(logKey, perSecond, 1000) or 0,
      windowDue(logKey, perMinute, 60000) or 0,
      perMinute and lostDue(60000) or perSecond and lostDue(1000) or 0
    )
    if now < due then return due - now, 'rate', due end
    local at = (due > 0 and now - due <= LATE_MS) and due or now
    -- The log is in order, so that its n-th last entry is the n-th last in time.
    at = math.max(at + math.max(0, ageMs - AGE_MS), tonumber(redis.call('LINDEX', logKey, -1) or '0'))
    logGrant(logKey, at, perSecond, perMinute)
    -- Half-open: after an outage one call probes; the others wait for its answer.
    if why == 'provider' then redis.call('HSET', holdKey(call), 'openAt', now + limits.timeoutMs, 'probing', 1) end
    return 0, nil, nil, at
  end

  -- A permit whose bytes never left is as if it had not been granted. Grants of one millisecond are one as good as the
  -- other, so the newest of that time goes.
  function giveBack(call, at) redis.call('LREM', P .. 'gate:' .. call, -1, at) end

  -- The same where there was nothing to send; the probe of a half-open call is another one's then.
  function withdraw(call, at)
    giveBack(call, at)
    if redis.call('HDEL', holdKey(call), 'probing') == 1 then redis.call('HSET', holdKey(call), 'openAt', now) end
  end

  function openCall(call) redis.call('DEL', holdKey(call)) end

  -- Closes a call for a while; outages double with each further failure, up to 60 s. Where nobody knows which domains
  -- the provider throttles, it is the call.
  function holdCall(call, why, ms)
    local key = holdKey(call)
    local wait = ms
    if why == 'domains' then why = 'rate' end
    if why == 'provider' then
      local failures = redis.call('HINCRBY', key, 'failures', 1)
      -- One blip holds nobody up; the third failure in a row is an outage.
      if failures < 3 then return end
      wait = math.min(60000, ms * 2 ^ math.min(failures - 3, 6))
    end
    redis.call('HSET', key, 'openAt', now + wait, 'why', why)
    redis.call('HDEL', key, 'probing')
  end

  -- What a reply told: the provider's clock, the last error.
  function seen(call, providerDate, code, message)
    if providerDate ~= '' then redis.call('HSET', P .. 'account', 'skewMs', tonumber(providerDate) - now) end
    if code ~= '' then
      redis.call('HSET', P .. 'account', 'errCall', call, 'errCode', code, 'errMessage', message, 'errAt', now)
    end
  end
end
