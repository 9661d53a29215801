-- gate: one call's permits. An exact log of grant times: the n-th grant may not come sooner than a window
-- after the (n-limit)-th. A grant that is at most LATE_MS late is booked at its due time, so that lateness
-- does not add up. The margin covers what can move a call closer to its predecessor at the provider's door:
-- LATE_MS (5) + age of a permit when the bytes leave (10) + difference of the ways to the door (10):
-- 50 in 1,025 ms is 97.6 % of 50/s.
local LATE_MS = 5
local MARGIN_MS = 25

local function windowDue(logKey, limit, windowMs)
  if not limit then return nil end
  local at = redis.call('LINDEX', logKey, -limit)
  return at and tonumber(at) + windowMs + MARGIN_MS or nil
end

-- Grants (and logs) a permit, or returns how long to wait, why, and until when.
local function permit(call, limits)
  local hold = redis.call('HMGET', P .. 'hold:' .. call, 'openAt', 'why', 'probeMs')
  local openAt = tonumber(hold[1] or '0')
  if now < openAt then return openAt - now, hold[2], openAt end
  local logKey = P .. 'gate:' .. call
  local perSecond, perMinute = have(limits.perSecond), have(limits.perMinute)
  local due = math.max(
    windowDue(logKey, perSecond, 1000) or 0,
    windowDue(logKey, perMinute, 60000) or 0,
    -- After lost state a whole window is waited out: this is where that is written.
    tonumber(redis.call('HGET', P .. 'account', 'gateHold:' .. call) or '0')
  )
  if due > now + 61000 then due = now + 61000 end
  if now < due then return due - now, 'rate', due end
  local at = (due > 0 and now - due <= LATE_MS) and due or now
  redis.call('RPUSH', logKey, at)
  redis.call('LTRIM', logKey, -math.max(perSecond or 0, perMinute or 0, 1), -1)
  -- Half-open: after an outage one call probes; the others wait for its answer.
  if hold[1] and hold[2] == 'provider' then
    redis.call('HSET', P .. 'hold:' .. call, 'openAt', now + limits.timeoutMs)
  end
  return 0
end

local function openCall(call) redis.call('DEL', P .. 'hold:' .. call) end

-- Closes a call for a while; outages double with each further failure, up to 60 s.
local function holdCall(call, why, ms)
  local key = P .. 'hold:' .. call
  local failures = redis.call('HINCRBY', key, 'failures', 1)
  local wait = ms
  if why == 'provider' then
    -- One blip holds nobody up; the third failure in a row is an outage.
    if failures < 3 then return end
    wait = math.min(60000, ms * 2 ^ math.min(failures - 3, 6))
  end
  redis.call('HSET', key, 'openAt', now + wait, 'why', why)
end

local function stopAccount(call, reason, probeInMs)
  redis.call('HSETNX', P .. 'account', 'stopSince', now)
  redis.call('HSET', P .. 'account', 'stopCall', call, 'stopReason', reason, 'stopProbeAt', now + probeInMs, 'stopProbeMs', probeInMs)
end

-- Only the call that was refused can prove that it is welcome again; nil: whoever resumes by hand.
local function unstopAccount(call)
  if call and redis.call('HGET', P .. 'account', 'stopCall') ~= call then return end
  redis.call('HDEL', P .. 'account', 'stopCall', 'stopReason', 'stopSince', 'stopProbeAt', 'stopProbeMs')
end

-- nil: go on (as the one probe, where the account is stopped); else until when to wait.
local function stoppedUntil()
  local stop = redis.call('HMGET', P .. 'account', 'stopReason', 'stopProbeAt', 'stopProbeMs')
  if not stop[1] then return nil end
  if now < tonumber(stop[2]) then return tonumber(stop[2]) end
  redis.call('HSET', P .. 'account', 'stopProbeAt', now + tonumber(stop[3]))
  return nil
end

-- What a reply told: the provider's clock, the last error.
local function seen(call, providerDate, code, message)
  if providerDate ~= '' then redis.call('HSET', P .. 'account', 'skewMs', tonumber(providerDate) - now) end
  if code ~= '' then
    redis.call('HSET', P .. 'account', 'errCall', call, 'errCode', code, 'errMessage', message, 'errAt', now)
  end
end
