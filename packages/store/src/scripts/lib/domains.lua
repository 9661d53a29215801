-- domains: targets of one domain that may be sent in a minute. Windows are second buckets; a batch remembers
-- what it took, so that it can be given back when the provider applied nothing. A domain that the provider throttles
-- is left alone for a while, in every lane of the call: its answer does not say which lane was too much.
local domainRoom, domainsText, domainsByItem, inheritDomains, spendDomains, giveDomainsBack, holdDomains, domainsFreeAt
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
  function domainRoom(lane, call, domain, limit)
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

  -- A batch keeps its domains as runs, in the order of its items: domain TAB targets NEWLINE …
  local RUN = '([^\t\n]*)\t(%d+)\n'

  function domainsText(runs)
    local lines = {}
    for i, run in ipairs(runs) do lines[i] = run[1] .. '\t' .. run[2] .. '\n' end
    return table.concat(lines)
  end

  local function eachDomain(B, visit)
    local counts = {}
    for domain, n in string.gmatch(redis.call('HGET', B, 'domains') or '', RUN) do
      counts[domain] = (counts[domain] or 0) + n
    end
    for domain, n in pairs(counts) do visit(domain, n) end
  end

  -- Each item's domain, by its position.
  function domainsByItem(B)
    local list = {}
    for domain, n in string.gmatch(redis.call('HGET', B, 'domains') or '', RUN) do
      for _ = 1, n do list[#list + 1] = domain end
    end
    return list
  end

  -- A part of a split batch takes over the domains of its items.
  function inheritDomains(C, domains, part)
    local runs = {}
    for _, at in ipairs(part) do
      local last = runs[#runs]
      if last and last[1] == domains[at] then
        last[2] = last[2] + 1
      elseif domains[at] then
        runs[#runs + 1] = { domains[at], 1 }
      end
    end
    redis.call('HSET', C, 'domains', domainsText(runs))
  end

  function spendDomains(lane, B)
    local second = math.floor(now / 1000)
    eachDomain(B, function(domain, n)
      redis.call('HINCRBY', windowKey(lane, domain), second, n)
      redis.call('PEXPIRE', windowKey(lane, domain), 63000)
    end)
    redis.call('HSET', B, 'spentAt', second)
  end

  function giveDomainsBack(lane, B)
    local second = redis.call('HGET', B, 'spentAt')
    if not second then return end
    eachDomain(B, function(domain, n)
      local key = windowKey(lane, domain)
      if redis.call('HEXISTS', key, second) == 1 then redis.call('HINCRBY', key, second, -n) end
    end)
    redis.call('HDEL', B, 'spentAt')
  end

  -- Leaves a batch's domains alone; false: it has none (media).
  function holdDomains(call, B, ms)
    local key = throttledKey(call)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    local found = false
    eachDomain(B, function(domain)
      if domain == '' then return end
      found = true
      redis.call('ZADD', key, 'GT', now + ms, domain)
    end)
    local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
    if last[2] then redis.call('PEXPIRE', key, tonumber(last[2]) - now + 1000) end
    return found
  end

  -- When a batch that is tried again fits its domains' minutes: nil for now.
  function domainsFreeAt(lane, call, B, limit)
    local freeAt = nil
    eachDomain(B, function(domain, n)
      local room, when = domainRoom(lane, call, domain, limit)
      -- A batch above a limit that was lowered meanwhile waits for an empty minute: it cannot get more.
      if room < math.min(n, limit or n) then freeAt = math.max(freeAt or 0, when) end
    end)
    return freeAt
  end
end
