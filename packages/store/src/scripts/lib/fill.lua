-- fill: which keys go into the next batch. Producers take turns, and within one its groups (a domain and an
-- option set), by deficit round robin: a turn is worth one batch; what a full batch leaves of it is kept.
-- A batch holds one option set and as few domains as possible.
local whatToTake, seal
do
  local MOST_HELD_BACK = 4000

  -- What a take may seal now: classes, or that the lane is empty, or until when it keeps quiet.
  function whatToTake(L, limits, quietMs, maxWaitMs)
    for _, parked in ipairs(redis.call('ZRANGEBYSCORE', L .. ':parked', '-inf', now, 'LIMIT', 0, 100)) do
      redis.call('ZREM', L .. ':parked', parked)
      joinRing(L, parked)
    end
    local pending = redis.call('HLEN', L .. ':keys')
    if pending == 0 then
      clearQueues(L)
      return { empty = true }
    end
    local urgent = redis.call('EXISTS', L .. ':u:ring') == 1
    local normal = redis.call('EXISTS', L .. ':n:ring') == 1
    if not urgent and not normal then
      local first = redis.call('ZRANGE', L .. ':parked', 0, 0, 'WITHSCORES')
      local waitUntil = math.min(tonumber(first[2]) or math.huge, spacing.behindUntil(L) or math.huge)
      if waitUntil == math.huge and redis.call('EXISTS', L .. ':spent') == 1 then return { spent = true } end
      local again = redis.call('ZRANGE', L .. ':retry', 0, 0, 'WITHSCORES')
      waitUntil = math.min(waitUntil, tonumber(again[2]) or math.huge)
      -- Whoever writes the end of what they wait for wakes the lane.
      if waitUntil == math.huge and order.count(L) > 0 then return { waitUntil = now + 30000, reason = 'order', parked = true } end
      return { waitUntil = waitUntil < math.huge and waitUntil or now + 1000, reason = 'rate', parked = true }
    end
    local times = redis.call('HMGET', L, 'first', 'last')
    local first, last = tonumber(times[1] or now), tonumber(times[2] or now)
    local ready = math.min(last + quietMs, first + maxWaitMs)
    if pending >= limits.batch and pending - spacing.countBehind(L) - order.count(L) >= limits.batch then ready = math.min(ready, now) end
    local normalReady = normal and ready <= now
    if not urgent and not normalReady then return { waitUntil = ready, reason = 'quiet' } end
    -- Every 8th call starts with the lower class, so that urgent work never starves it. The seal counts it: most
    -- takes only learn how long to wait.
    local both = urgent and normalReady
    local turn = both and tonumber(redis.call('HGET', L, 'turn') or '0') + 1
    return { urgent = urgent, normal = normalReady, both = both, normalFirst = both and turn % 8 == 0, ready = ready }
  end

  local function encodedBytes(text, weight)
    if weight.encoding == 'form' then
      local _, escaped = string.gsub(text, '[^%w%-_.~]', '')
      return #text + 2 * escaped + weight.perItem
    end
    if weight.encoding == 'json' then
      local _, escaped = string.gsub(text, '["\\%c]', '')
      return #text + 5 * escaped + weight.perItem
    end
    return #text + weight.perItem
  end

  -- Which refs are still wanted: by their first interest, or by another one.
  local function wantedOf(refs)
    local wanted = {}
    eachRun(refs, function(leg, pos, count, at)
      local letters = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos + count - 1)
      for i = 1, count do wanted[at + i - 1] = string.sub(letters, i, i) == 'p' end
    end)
    for i, ref in ipairs(refs) do
      local _, _, more = splitRef(ref)
      if not wanted[i] and more then
        for _, other in ipairs(redis.call('LRANGE', P .. 'more:' .. refKey(ref), 0, WIDE - 1)) do
          local leg, pos = splitRef(other)
          if redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos) == 'p' then
            wanted[i] = true
            break
          end
        end
      end
    end
    return wanted
  end

  local function leave(L, digests, batch)
    if #digests == 0 then return end
    redis.call('HDEL', L .. ':keys', unpack(digests))
    for _, digest in ipairs(digests) do batch.left[#batch.left + 1] = digest end
  end

  -- What covers keys that are about to be sealed, by index.
  local function coveringOf(lane, limits, helds, texts)
    if not cover.isPossible(limits) then return {} end
    local targets = {}
    for i, held in ipairs(helds) do targets[i] = { lane = lane, held = held, text = texts[i] or '' } end
    return cover.find(limits, targets)
  end

  -- Pops up to `most` live keys of one group; stale digests (cancelled, or promoted to urgent and gone, or of a key that waits for its order by now) fall out, and
  -- what wider work covers is absorbed, and keys that were sent a moment ago wait behind their batch: a bounded number of them, for the take's cost.
  local function popGroup(lane, limits, class, producer, group, most, batch, room)
    local L, weight = laneKey(lane), limits.weight
    local fifo = L .. ':' .. class .. ':q:' .. producer .. ':' .. group
    local taken, heldBack = 0, 0
    while taken < most do
      if heldBack >= MOST_HELD_BACK then return taken, redis.call('EXISTS', fifo) == 1, true end
      local digests = redis.call('LPOP', fifo, math.min(most - taken, WIDE))
      if not digests or #digests == 0 then return taken, false, false end
      local refs = redis.call('HMGET', L .. ':keys', unpack(digests))
      -- A key that was cancelled and staged again stands here twice.
      local known, knownDigests, met = {}, {}, {}
      for i, ref in ipairs(refs) do
        if ref and not met[digests[i]] and not order.idOf(ref) then
          met[digests[i]] = true
          known[#known + 1] = ref
          knownDigests[#knownDigests + 1] = digests[i]
        end
      end
      local wanted, under, knownTexts = wantedOf(known), spacing.batchesOf(L, knownDigests), textsOf(known)
      local covering = coveringOf(lane, limits, known, knownTexts)
      local live, liveDigests, texts, gone, behind, absorbed = {}, {}, {}, {}, {}, {}
      for i, ref in ipairs(known) do
        if wanted[i] and covering[i] then
          absorbed[#absorbed + 1] = { digest = knownDigests[i], held = ref, root = covering[i] }
          heldBack = heldBack + 1
        elseif wanted[i] and under[i] then
          behind[under[i]] = behind[under[i]] or {}
          table.insert(behind[under[i]], knownDigests[i])
          heldBack = heldBack + 1
        elseif wanted[i] then
          live[#live + 1] = ref
          liveDigests[#live] = knownDigests[i]
          texts[#live] = knownTexts[i]
        else
          gone[#gone + 1] = knownDigests[i]
          batch.unwanted[#batch.unwanted + 1] = refKey(known[i])
          batch.unwantedDigests[#batch.unwanted] = string.sub(knownDigests[i], 1, BARE)
          redis.call('DEL', P .. 'more:' .. refKey(known[i]))
        end
      end
      local takenIn = {}
      for i, item in ipairs(absorbed) do takenIn[i] = item.digest end
      leave(L, takenIn, batch)
      absorb.take(lane, absorbed)
      for number, held in pairs(behind) do spacing.waitBehind(L, number, class .. '\t' .. producer .. '\t' .. group, held) end
      for i, ref in ipairs(live) do
        local bytes = texts[i] and encodedBytes(texts[i], weight) or 0
        if batch.bytes + bytes > room and #batch.refs > 0 then
          -- The body is full: the rest goes back to the front, in its order.
          local back = {}
          for j = #live, i, -1 do back[#back + 1] = liveDigests[j] end
          redis.call('LPUSH', fifo, unpack(back))
          leave(L, gone, batch)
          return taken, true, true
        end
        gone[#gone + 1] = liveDigests[i]
        if texts[i] then
          batch.bytes = batch.bytes + bytes
          batch.refs[#batch.refs + 1] = ref
          batch.texts[#batch.texts + 1] = texts[i]
          batch.digests[#batch.digests + 1] = liveDigests[i]
          taken = taken + 1
        end
      end
      leave(L, gone, batch)
    end
    return taken, redis.call('EXISTS', fifo) == 1, false
  end

  -- What a group's part of a batch is worth, as a share of whatever fills it first: targets, domains or bytes. So
  -- one who fills batches with ten targets of ten domains has had as much as one with 1,000 of one domain.
  local function worth(limits, taken, bytes, newDomains)
    local maxDomains = have(limits.domains)
    return math.max(
      taken,
      maxDomains and math.ceil(newDomains * limits.batch / maxDomains) or 0,
      math.ceil(bytes * limits.batch / limits.bodyBytes)
    )
  end

  -- Takes what fits of one group; returns what that is worth.
  local function fillGroup(lane, limits, class, producer, group, most, batch)
    local C = laneKey(lane) .. ':' .. class
    local domain, options = string.match(group, '^([^|]*)|(.*)$')
    local known = batch.domains[domain]
    local maxDomains, perDomain = have(limits.domains), have(limits.perDomainPerMinute)
    if batch.options and batch.options ~= options then return 0 end
    if not known and maxDomains and batch.domainCount >= maxDomains then return 0 end
    local cap = batch.capOf(options)
    if cap[class] < 1 then
      if have(limits.quotaByOption) then parkSpent(lane, class, producer, group, batch.day) end
      return 0
    end
    local left = math.min(most, math.min(cap.batch, cap[class]) - #batch.refs)
    if left < 1 then return 0 end
    local room, freeAt = domainRoom(lane, limits.call, domain, perDomain)
    -- What this batch has taken already is written with its seal.
    room = room - (known or 0)
    local function waitForMinute()
      redis.call('ZADD', laneKey(lane) .. ':parked', freeAt, class .. '\t' .. producer .. '\t' .. group)
    end
    if room < 1 then
      leaveRing(C, producer, group)
      waitForMinute()
      return 0
    end
    local before = batch.bytes
    local taken, remains, full =
      popGroup(lane, limits, class, producer, group, math.min(left, room), batch, limits.bodyBytes)
    batch.full = batch.full or full
    -- Its group goes to the end of the ring, and its producer, where that was its last group, keeps its place.
    leaveRing(C, producer, group)
    if remains and taken >= room then
      waitForMinute()
    elseif remains and redis.call('RPUSH', C .. ':ring:' .. producer, group) == 1 then
      redis.call('LPUSH', C .. ':ring', producer)
    end
    if taken == 0 then return 0 end
    batch.options = options
    batch.domains[domain] = (known or 0) + taken
    batch.runs[#batch.runs + 1] = { domain, taken }
    if not known then batch.domainCount = batch.domainCount + 1 end
    return worth(limits, taken, batch.bytes - before, known and 0 or 1)
  end

  -- One turn of one producer; what a full batch leaves of it is kept.
  local function fillTurn(lane, limits, class, producer, batch)
    local C = laneKey(lane) .. ':' .. class
    local turn = tonumber(redis.call('HGET', C .. ':deficit', producer) or limits.batch)
    for _, group in ipairs(redis.call('LRANGE', C .. ':ring:' .. producer, 0, SCAN - 1)) do
      local left = math.min(limits.batch - #batch.refs, turn)
      if left < 1 or batch.full then break end
      turn = turn - fillGroup(lane, limits, class, producer, group, left, batch)
    end
    if redis.call('EXISTS', C .. ':ring:' .. producer) == 0 then return end
    if turn < 1 then
      redis.call('LREM', C .. ':ring', 1, producer)
      redis.call('RPUSH', C .. ':ring', producer)
      redis.call('HDEL', C .. ':deficit', producer)
    else
      redis.call('HSET', C .. ':deficit', producer, turn)
    end
  end

  -- Fills the batch from one class: rounds of turns until it is full or nothing more fits.
  local function fillClass(lane, limits, class, batch)
    local C = laneKey(lane) .. ':' .. class
    repeat
      local before = #batch.refs
      for _, producer in ipairs(redis.call('LRANGE', C .. ':ring', 0, SCAN - 1)) do
        local cap = batch.options and batch.capOf(batch.options)
        if batch.full or #batch.refs >= (cap and math.min(cap.batch, cap[class]) or limits.batch) then return end
        fillTurn(lane, limits, class, producer, batch)
      end
    until #batch.refs == before
  end

  -- Seals the batch: its keys leave the queue, so whatever is staged from now on waits for another one.
  function seal(lane, limits, plan, capOf, day)
    local L = laneKey(lane)
    local batch = { refs = {}, texts = {}, digests = {}, bytes = limits.weight.fixed, domains = {}, domainCount = 0, runs = {}, capOf = capOf,
      day = day, left = {}, unwanted = {}, unwantedDigests = {} }
    local classes = plan.normalFirst and { 'n', 'u' } or { 'u', 'n' }
    for _, class in ipairs(classes) do
      if (class == 'u' and plan.urgent) or (class == 'n' and plan.normal) then
        fillClass(lane, limits, class, batch)
      end
    end
    order.endUnsealed(lane, batch.unwanted)
    absorb.ended(lane, batch.unwanted, 'x')
    if laneAfter(lane) then dropUnderway(L, batch.unwantedDigests, batch.unwanted) end
    -- Not before all is popped: a batch holds a key once.
    order.bringNext(lane, batch.left)
    if redis.call('HLEN', L .. ':keys') == 0 then clearQueues(L) end
    if #batch.refs == 0 then return nil end
    if plan.both then redis.call('HINCRBY', L, 'turn', 1) end
    if limits.covers then redis.call('HDEL', L, 'spent', 'spent:' .. batch.options) end
    local number = newNumber('batches')
    local sealed = redis.call('INCR', P .. 'clock')
    local totals = {}
    mark(lane, batch.refs, 's', number, nil, totals)
    local B = P .. 'batch:' .. number
    redis.call('HSET', B, 'lane', lane, 'options', batch.options, 'size', #batch.refs, 'left', #batch.refs,
      'ms', string.rep('s', #batch.refs), 'sealed', now, 'seal', sealed, 'ready', math.min(now, plan.ready or now),
      'class', plan.urgent and 'u' or 'n', 'domains', domainsText(batch.runs))
    local refs = {}
    for i, ref in ipairs(batch.refs) do refs[i] = string.match(ref, '^%d+:%d+%+?') end
    wide('RPUSH', B .. ':m', refs)
    local spaced, ordered = (limits.resendAfterMs or 0) > 0, laneAfter(lane) and not REACHES_HOST[lane]
    if spaced or ordered or have(limits.lookup) then redis.call('HSET', B, 'keys', spacing.bare(batch.digests)) end
    if spaced then spacing.putOut(L, number, batch.digests) end
    -- With options it stands there since its staging.
    if ordered and batch.options == '{}' then
      local purges = {}
      for i, ref in ipairs(refs) do purges[i] = refKey(ref) end
      addUnderway(L, batch.digests, purges)
    end
    return number, batch.texts, totals.s or 0
  end
end
