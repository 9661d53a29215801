-- domains: targets of one domain that may be sent in a minute. Windows are second buckets; a batch remembers
-- what it took, so that it can be given back when the provider applied nothing. A domain that the provider throttles
-- is left alone for a while, in every lane of the call: its answer does not say which lane was too much.
-- All of this goes by the account's time, and has no TTL: Redis would forget the minute when its clock is set ahead.
-- `windows` has them by when they were last written; an older program gave them a TTL.
local domains = {}
do
  local function windowKey(lane, domain) return P .. 'window:' .. lane .. ':' .. domain end

  local function throttledKey(call) return P .. 'hold:' .. call .. ':domains' end

  local isThrottling = {}
  local function throttledUntil(call, domain)
    if isThrottling[call] == nil then isThrottling[call] = redis.call('EXISTS', throttledKey(call)) == 1 end
    local untilMs = isThrottling[call] and tonumber(redis.call('ZSCORE', throttledKey(call), domain) or '0')
    return untilMs and untilMs > now and untilMs or nil
  end

  -- How many more targets may go now, and when there may be room for others.
  function domains.room(lane, call, domain, limit)
    if domain == '' then return math.huge, nil end
    local throttled = throttledUntil(call, domain)
    if throttled then return 0, throttled end
    if not limit then return math.huge, nil end
    local key = windowKey(lane, domain)
    local buckets = redis.call('HGETALL', key)
    local second = math.floor(now / 1000)
    local used, first = 0, nil
    for i = 1, #buckets, 2 do
      local bucket = tonumber(buckets[i])
      if bucket < second - 61 or bucket > second + 61 then
        redis.call('HDEL', key, buckets[i])
      else
        used = used + tonumber(buckets[i + 1])
        if not first or bucket < first then first = bucket end
      end
    end
    return math.max(0, limit - used), ((first or second) + 62) * 1000
  end

  local function eachDomain(B, visit)
    for domain, n in pairs(runs.counts(redis.call('HGET', B, 'domains'))) do visit(domain, n) end
  end

  -- Windows whose minute is over. An older program writes into them and tells `windows` nothing.
  function domains.dropOver(most)
    local second = math.floor(now / 1000)
    local found = redis.call('ZRANGEBYSCORE', P .. 'windows', '-inf', second - 62, 'LIMIT', 0, most)
    for _, window in ipairs(found) do
      local last = 0
      for _, bucket in ipairs(redis.call('HKEYS', P .. 'window:' .. window)) do
        if tonumber(bucket) <= second + 61 then last = math.max(last, tonumber(bucket)) end
      end
      if last > second - 62 then
        redis.call('ZADD', P .. 'windows', last, window)
      else
        redis.call('DEL', P .. 'window:' .. window)
        redis.call('ZREM', P .. 'windows', window)
      end
    end
  end

  function domains.spend(lane, B)
    local second, written = math.floor(now / 1000), {}
    eachDomain(B, function(domain, n)
      local key = windowKey(lane, domain)
      redis.call('HINCRBY', key, second, n)
      redis.call('PERSIST', key)
      written[#written + 1] = second
      written[#written + 1] = lane .. ':' .. domain
    end)
    wide('ZADD', P .. 'windows', written, 2)
    -- Two may go for each that comes: there are never many more than a minute brings.
    domains.dropOver(#written)
    redis.call('HSET', B, 'spentAt', second)
  end

  function domains.giveBack(lane, B)
    local second = redis.call('HGET', B, 'spentAt')
    if not second then return end
    eachDomain(B, function(domain, n)
      local key = windowKey(lane, domain)
      if redis.call('HEXISTS', key, second) == 1 then redis.call('HINCRBY', key, second, -n) end
    end)
    redis.call('HDEL', B, 'spentAt')
  end

  function domains.letGo(call) redis.call('ZREMRANGEBYSCORE', throttledKey(call), '-inf', now) end

  -- Leaves a batch's domains alone; false: it has none (media).
  function domains.hold(call, B, ms)
    local key = throttledKey(call)
    local found = false
    eachDomain(B, function(domain)
      if domain == '' then return end
      found = true
      redis.call('ZADD', key, 'GT', now + ms, domain)
    end)
    redis.call('PERSIST', key)
    return found
  end

  -- When a batch that is tried again fits its domains' minutes: nil for now.
  function domains.freeAt(lane, call, B, limit)
    local freeAt = nil
    eachDomain(B, function(domain, n)
      local room, when = domains.room(lane, call, domain, limit)
      -- A batch above a limit that was lowered meanwhile waits for an empty minute: it cannot get more.
      if room < math.min(n, limit or n) then freeAt = math.max(freeAt or 0, when) end
    end)
    return freeAt
  end
end
