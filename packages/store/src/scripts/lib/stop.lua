-- stop: a refused credential stops its account for whoever calls with it; another one goes on. `key` is the fingerprint
-- of a credential; '': whoever calls did not say. A credential that has not been answered yet is tried by one call at
-- a time, so that a wrong one costs one refusal and not as many as there are calls under way.
-- `credentials` holds of each: `stop:<key>`, JSON; `proven:<key>`, when it was welcome, to the minute; `proving:<key>`,
-- until when others wait for its first answer.
local shownStop, barredUntil, bookProbe, isStoppedMeanwhile, stopAccount, welcome, notProven, liftStops
do
  local DAY_MS, MINUTE_MS = 86400000, 60000
  -- Whoever waits looks again after 30 s, so in a minute the refused call has probed, unless it has no work left.
  local PROBE_GRACE_MS = 60000
  -- The first answer lets the others go: they look often, since nobody wakes them.
  local PROVING_LOOK_MS = 50

  local function credentialOf(key)
    local c = redis.call('HMGET', P .. 'credentials', 'stop:' .. key, 'proven:' .. key, 'proving:' .. key)
    return c[1] and cjson.decode(c[1]), tonumber(c[2] or '0'), tonumber(c[3] or '0')
  end

  local function writeStop(key, stop) redis.call('HSET', P .. 'credentials', 'stop:' .. key, cjson.encode(stop)) end

  -- The stop that people are shown; nil: the account goes on.
  function shownStop()
    local key = redis.call('HGET', P .. 'account', 'stopKey')
    return key and (credentialOf(key)) or nil
  end

  -- nil: go on (as the one probe, where the credential is stopped); else until when to wait, and why.
  function barredUntil(call, key)
    local stop, proven, proving = credentialOf(key)
    if stop then
      local at = stop.probeAt + (stop.call == call and 0 or PROBE_GRACE_MS)
      if now < at then return at, 'stopped' end
    -- Nobody proves for so long: the clock has jumped back.
    elseif key ~= '' and proven == 0 and now < proving and proving < now + 10 * MINUTE_MS then
      return now + PROVING_LOOK_MS, 'provider'
    end
    return nil
  end

  -- The permit is used: where the credential is stopped or not proven, this is the probe, and the next one is a while off.
  function bookProbe(call, key, timeoutMs)
    local stop, proven = credentialOf(key)
    if stop then
      stop.probeAt, stop.prober, stop.probing = now + stop.probeMs, call, true
      writeStop(key, stop)
    elseif key ~= '' and proven == 0 then
      -- Twice: it may be signed and sent once more.
      redis.call('HSET', P .. 'credentials', 'proving:' .. key, now + 2 * timeoutMs)
    end
  end

  -- Why a call that is under way gets no further permit: its credential was refused meanwhile to another call. The probe
  -- may have one, to be signed again.
  function isStoppedMeanwhile(key)
    local stop = credentialOf(key)
    return stop and not stop.probing and now < stop.probeAt
  end

  -- Credentials of long ago are forgotten, session tokens above all: they change by the hour.
  local function forgetCredentials()
    local all = redis.call('HGETALL', P .. 'credentials')
    for i = 1, #all, 2 do
      local at = tonumber(all[i + 1])
      if not at then at = cjson.decode(all[i + 1]).probeAt end
      if at < now - DAY_MS then redis.call('HDEL', P .. 'credentials', all[i]) end
    end
  end

  -- Has another credential been welcome since?
  local function othersWelcomeSince(key, sinceMs)
    local all = redis.call('HGETALL', P .. 'credentials')
    for i = 1, #all, 2 do
      local other = string.match(all[i], '^proven:(.*)$')
      if other and other ~= key and tonumber(all[i + 1]) > sinceMs then return true end
    end
    return false
  end

  function stopAccount(call, reason, probeMs, key)
    -- Not sent, because of a stop that is written already, or has been lifted since.
    if reason == 'stopped' then return end
    local stop = credentialOf(key)
    redis.call('HDEL', P .. 'credentials', 'proven:' .. key, 'proving:' .. key)
    -- Calls that were under way with the first refusal tell nothing new.
    if stop and not stop.probing and now < stop.probeAt then return end
    -- While another credential works, as in a rolling deploy, an old stop is no news.
    if not stop or not othersWelcomeSince(key, now - probeMs / 2) then redis.call('HSET', P .. 'account', 'stopKey', key) end
    writeStop(key, { call = call, reason = reason, since = stop and stop.since or now, probeAt = now + probeMs, probeMs = probeMs })
    forgetCredentials()
  end

  -- The call was served. Only the call that was refused can prove that its credential is welcome again, or whoever probed
  -- in its stead.
  function welcome(call, key)
    local stop, proven, proving = credentialOf(key)
    local lifted = stop and (stop.call == call or stop.prober == call)
    if lifted then redis.call('HDEL', P .. 'credentials', 'stop:' .. key) end
    if key ~= '' and (now >= proven + MINUTE_MS or proven > now) then
      if proven == 0 then forgetCredentials() end
      redis.call('HSET', P .. 'credentials', 'proven:' .. key, now)
    end
    if proving > 0 then redis.call('HDEL', P .. 'credentials', 'proving:' .. key) end
    local shown = redis.call('HGET', P .. 'account', 'stopKey')
    if shown and (shown ~= key or lifted) then redis.call('HDEL', P .. 'account', 'stopKey') end
  end

  -- An answer that tells nothing of the credential: the next call may try.
  function notProven(key)
    if key ~= '' then redis.call('HDEL', P .. 'credentials', 'proving:' .. key) end
  end

  -- By hand: every credential may try again.
  function liftStops()
    for _, field in ipairs(redis.call('HKEYS', P .. 'credentials')) do
      if string.find(field, '^stop:') then redis.call('HDEL', P .. 'credentials', field) end
    end
    redis.call('HDEL', P .. 'account', 'stopKey')
  end
end
