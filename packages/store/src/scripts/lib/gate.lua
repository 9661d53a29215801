-- gate: one call's permits. An exact log of grant times: the n-th grant may not come sooner than a window
-- after the (n-limit)-th. A grant that is at most LATE_MS late is booked at its due time, so that lateness
-- does not add up. The margin covers what can move a call closer to its predecessor at the provider's door:
-- LATE_MS (5) + age of a permit when the bytes leave (10) + difference of the ways to the door (10):
-- 50 in 1,025 ms is 97.6 % of 50/s. Whoever needs an older permit has it booked so much later.
local permit, slotsWorth, giveBack, withdraw, openCall, holdCall, seen, shareInForce, speedUp, rebook
do
  local LATE_MS = 5
  local AGE_MS = 10
  local MARGIN_MS = 25
  -- No grant is booked further ahead: a permit may get 1,000 ms old and begin 20 ms later.
  local MOST_AHEAD_MS = 1100

  local function windowDue(logKey, limit, windowMs)
    if not limit then return nil end
    local at = redis.call('LINDEX', logKey, -limit)
    return at and tonumber(at) + windowMs + MARGIN_MS or nil
  end

  -- Redis's clock has jumped back: what is logged ahead of it tells nothing. A whole window is waited out instead.
  local function forgetFuture(logKey)
    local last = redis.call('LINDEX', logKey, -1)
    if last and tonumber(last) > now + MOST_AHEAD_MS then
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

  -- A provider that throttles allows less than its limit, or others use it, too: the rate is halved at once, and comes
  -- back by a 20th of the limit in each window: in 10 windows from a half. At least one call a window is left. Shares are
  -- thousandths.
  local WHOLE, MORE = 1000, 50
  -- Purgeline's choice, for a `Retry-After` of nothing: as long as the usual window.
  local LEAST_PAUSE_MS = 1000
  local function windowOf(limits) return have(limits.perSecond) and 1000 or 60000 end

  local function grown(share, slowedAt, limits)
    if not share then return WHOLE end
    return math.min(WHOLE, tonumber(share) + math.floor(MORE * math.max(0, now - tonumber(slowedAt)) / windowOf(limits)))
  end

  local function slowDown(call, limits, ms, sentAt)
    local limit = have(limits.perSecond) or have(limits.perMinute)
    if not limit then return end
    local slow = redis.call('HMGET', holdKey(call), 'share', 'slowedAt')
    local share = grown(slow[1], slow[2], limits)
    -- What was under way with the throttled call tells of the same rate, however late: its pause lets no other leave.
    if not slow[1] or sentAt >= tonumber(slow[2]) then share = math.max(math.ceil(WHOLE / limit), math.floor(share / 2)) end
    redis.call('HSET', holdKey(call), 'share', share, 'slowedAt', now + ms)
  end

  -- How much of a call's limits is in force.
  function shareInForce(call, limits)
    local slow = redis.call('HMGET', holdKey(call), 'share', 'slowedAt')
    return grown(slow[1], slow[2], limits)
  end

  function speedUp(call) redis.call('HDEL', holdKey(call), 'share', 'slowedAt') end

  local function atShare(limit, share) return limit and math.max(1, math.floor(limit * share / WHOLE)) end

  -- Until when a call is held, and why; nil: it is not. `again`: whoever asks holds a permit that went stale, so the
  -- one probe of a half-open call may ask for another.
  local function heldUntil(hold, limits, again)
    local openAt = tonumber(hold[1] or '0')
    if now >= openAt or (again and hold[3]) then return nil, hold[2] end
    -- No outage holds a call for longer: the clock has jumped back.
    if hold[2] == 'provider' and openAt > now + 60000 + limits.timeoutMs then return nil, hold[2] end
    return openAt, hold[2]
  end

  -- The log is in order, so that its n-th last entry is the n-th last in time; most entries belong at its end.
  local function book(logKey, at)
    local later, i = nil, -1
    local last = tonumber(redis.call('LINDEX', logKey, i))
    while last and last > at do
      later, i = last, i - 1
      last = tonumber(redis.call('LINDEX', logKey, i))
    end
    if later then redis.call('LINSERT', logKey, 'BEFORE', later, at) else redis.call('RPUSH', logKey, at) end
  end

  -- Grants of the last minute stay on the log whatever the limits are: a minute limit that comes later counts them.
  local function logGrant(logKey, at, perSecond, perMinute)
    book(logKey, at)
    redis.call('LTRIM', logKey, -math.max((perSecond or 0) * 61, perMinute or 0, 1), -1)
    for _ = 1, 10 do
      local first = redis.call('LINDEX', logKey, 0)
      if tonumber(first) > now - 62000 then break end
      redis.call('LPOP', logKey)
    end
  end

  -- Grants (and logs) a permit, or returns how long to wait, why, and until when. `ageMs`: how old it may get. `earlyMs`:
  -- it may begin so much later, at most; the last that is returned is how much later it does.
  function permit(call, limits, again, ageMs, earlyMs)
    local hold = redis.call('HMGET', holdKey(call), 'openAt', 'why', 'probing', 'share', 'slowedAt')
    local openAt, why = heldUntil(hold, limits, again)
    if openAt then return openAt - now, why, openAt end
    local share = grown(hold[4], hold[5], limits)
    if hold[4] and share == WHOLE then speedUp(call) end
    noticeServer()
    local logKey = P .. 'gate:' .. call
    local perSecond, perMinute = have(limits.perSecond), have(limits.perMinute)
    if perSecond or perMinute then forgetFuture(logKey) end
    local due = math.max(
      windowDue(logKey, atShare(perSecond, share), 1000) or 0,
      windowDue(logKey, atShare(perMinute, share), 60000) or 0,
      perMinute and lostDue(60000) or perSecond and lostDue(1000) or 0
    )
    local grantFrom = due - (earlyMs or 0)
    if now < grantFrom then return grantFrom - now, 'rate', grantFrom end
    local at = (due > 0 and now - due <= LATE_MS) and due or now
    at = at + math.max(0, ageMs - AGE_MS)
    logGrant(logKey, at, perSecond, perMinute)
    -- Half-open: after an outage one call probes; the others wait for its answer.
    if why == 'provider' then redis.call('HSET', holdKey(call), 'openAt', now + limits.timeoutMs, 'probing', 1) end
    return 0, nil, nil, at, math.max(0, due - now)
  end

  -- How many slots may be on their way to workers: a job takes its time to get there, and while calls come later than
  -- their permits one after the other is too slow. As many as permits come due within READY_MS, and `batches`, full ones,
  -- wait.
  local READY, READY_MS = 6, 30
  function slotsWorth(call, limits, batches)
    local share = shareInForce(call, limits)
    local function isNear(n, limit, windowMs)
      local before = limit and atShare(limit, share) - n + 1
      return not before or (before > 0 and (windowDue(P .. 'gate:' .. call, before, windowMs) or 0) <= now + READY_MS)
    end
    local worth = 1
    while worth < math.min(READY, batches) and isNear(worth + 1, have(limits.perSecond), 1000)
      and isNear(worth + 1, have(limits.perMinute), 60000) do
      worth = worth + 1
    end
    return worth
  end

  -- A permit whose bytes never left is as if it had not been granted. Grants of one millisecond are one as good as the
  -- other, so the newest of that time goes.
  function giveBack(call, at) redis.call('LREM', P .. 'gate:' .. call, -1, at) end

  -- The call left at another time. A grant that is not on the log any more is over.
  function rebook(call, at, leftAt)
    local logKey = P .. 'gate:' .. call
    if redis.call('LREM', logKey, -1, at) == 1 then book(logKey, leftAt) end
  end

  -- The same where there was nothing to send; the probe of a half-open call is another one's then.
  function withdraw(call, at)
    giveBack(call, at)
    if redis.call('HDEL', holdKey(call), 'probing') == 1 then redis.call('HSET', holdKey(call), 'openAt', now) end
  end

  -- An answer shows that no outage holds the call. What the provider said to wait is waited all the same: a call that
  -- was under way with the throttled one tells nothing of that.
  function openCall(call)
    local hold = redis.call('HMGET', holdKey(call), 'openAt', 'why', 'failures')
    if hold[2] == 'rate' and tonumber(hold[1]) > now then
      if hold[3] then redis.call('HDEL', holdKey(call), 'failures') end
    elseif hold[1] or hold[3] then
      redis.call('HDEL', holdKey(call), 'openAt', 'why', 'failures', 'probing')
    end
  end

  -- Closes a call for a while; outages double with each further failure, up to 60 s. Where nobody knows which domains
  -- the provider throttles, it is the call. Only `throttled` is about the call's own rate. `sentAt`: when the answered one was granted; nil: an older
  -- program does not say.
  function holdCall(call, why, ms, sentAt)
    local key = holdKey(call)
    local wait = why == 'throttled' and math.max(ms, LEAST_PAUSE_MS) or ms
    if why == 'throttled' then slowDown(call, limitsOf('call:' .. call) or {}, wait, sentAt or now) end
    if why == 'domains' or why == 'throttled' then why = 'rate' end
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
    if providerDate ~= '' then
      local skew, steady = tonumber(providerDate) - now, redis.call('HGET', P .. 'account', 'steadySkewMs')
      redis.call('HSET', P .. 'account', 'skewMs', skew, 'steadySkewMs', steadySkew(skew, steady and tonumber(steady)), 'skewDoubtMs', 0)
    end
    if code ~= '' then
      redis.call('HSET', P .. 'account', 'errCall', call, 'errCode', code, 'errMessage', message, 'errAt', now)
    end
  end
end
