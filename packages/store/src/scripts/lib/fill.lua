-- fill: which keys go into the next batch. Producers take turns, and within one its groups (a domain and an
-- option set), by deficit round robin: a turn is worth one batch; what a full batch leaves of it is kept.
-- A batch holds one option set and as few domains as possible.
local whatToTake, seal
do
  local MOST_PASSED_OVER = 4000

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

  local function leave(L, digests, batch)
    if #digests > 0 then redis.call('HDEL', L .. ':keys', unpack(digests)) end
    below.drop(batch.lane, batch.limits, batch.group, digests)
    batch.left[#batch.left + 1] = digests
  end

  -- What covers keys that are about to be sealed, by index.
  local function coveringOf(lane, limits, helds, texts)
    if not cover.isPossible(limits) then return {} end
    local targets = {}
    for i, held in ipairs(helds) do targets[i] = { lane = lane, held = held, text = texts[i] or '' } end
    return cover.find(limits, targets)
  end

  -- The keys among popped digests that wait for their seal, and for nothing else. A key that was cancelled, or was urgent
  -- and went, left its digest behind; one that was cancelled and staged again stands there twice.
  local function waitingOf(L, popped)
    local helds = redis.call('HMGET', L .. ':keys', unpack(popped))
    local refs, digests, met, find = {}, {}, {}, string.find
    for i = 1, #popped do
      local held, digest = helds[i], popped[i]
      if held and not met[digest] and not find(held, '~', 1, true) then
        met[digest] = true
        refs[#refs + 1] = held
        digests[#refs] = digest
      end
    end
    return splitRefs(refs), digests
  end

  -- The indexes of those that may be sealed, and the digests that nobody wants any more. The others were held back:
  -- covered by wider work and absorbed, or sent a moment ago and waiting behind their batch.
  local function sealable(lane, limits, batch, waiting, digests, texts, queue, options)
    local L, refs = laneKey(lane), waiting.refs
    local wanted, covering = wantedOf(waiting), coveringOf(lane, limits, refs, texts)
    if limits.covers then rolled.dropIdle(lane, refs, wanted) end
    local under = spacing.batchesOf(L, limits, options, digests)
    local live, dropped, behind, absorbed, takenIn = {}, {}, {}, {}, {}
    for i = 1, #refs do
      if wanted[i] and covering[i] then
        absorbed[#absorbed + 1] = { digest = digests[i], held = refs[i], root = covering[i] }
        takenIn[#absorbed] = digests[i]
      elseif wanted[i] and under[i] then
        behind[under[i]] = behind[under[i]] or {}
        table.insert(behind[under[i]], digests[i])
      elseif wanted[i] then
        live[#live + 1] = i
      else
        dropped[#dropped + 1] = digests[i]
        batch.unwanted[#batch.unwanted + 1] = refKey(refs[i])
        batch.unwantedDigests[#batch.unwanted] = string.sub(digests[i], 1, BARE)
        redis.call('DEL', P .. 'more:' .. refKey(refs[i]))
      end
    end
    leave(L, takenIn, batch)
    absorb.take(lane, absorbed)
    for number, held in pairs(behind) do spacing.waitBehind(L, number, queue, held) end
    return live, dropped
  end

  -- A target joins the batch as it will stand in its members: without a mark of its class.
  local function join(batch, targets, i, text, digest)
    local refs, ref = batch.refs, targets.refs[i]
    local at = #refs + 1
    refs[at] = string.find(ref, '!', 1, true) and string.match(ref, '^%d+:%d+%+?') or ref
    batch.legs[at], batch.positions[at], batch.texts[at], batch.digests[at] = targets.legs[i], targets.positions[i], text, digest
    if string.find(ref, '+', 1, true) then batch.shared[#batch.shared + 1] = at end
  end

  -- What was popped is all that the batch holds, as it mostly is where somebody has more than a batch.
  local function adopt(batch, targets, texts, digests)
    batch.refs, batch.legs, batch.positions, batch.shared = targets.refs, targets.legs, targets.positions, targets.shared
    batch.texts, batch.digests = texts, digests
  end

  -- Pops up to `most` keys of one group that may be sealed. A take passes over a bounded number of others, for its cost:
  -- held back, cancelled, or gone by another queue.
  -- Returns how many, their bytes, whether there are more, and whether the batch ends here.
  local function popGroup(lane, limits, class, producer, group, options, most, batch)
    local L = laneKey(lane)
    local fifo = L .. ':' .. class .. ':q:' .. producer .. ':' .. group
    local taken, bytesTaken = 0, 0
    batch.group = group
    while taken < most do
      if batch.passedOver >= MOST_PASSED_OVER then return taken, bytesTaken, redis.call('EXISTS', fifo) == 1, true end
      local popped = redis.call('LPOP', fifo, math.min(most - taken, WIDE))
      if not popped or #popped == 0 then return taken, bytesTaken, false, false end
      local before = taken
      local waiting, digests = waitingOf(L, popped)
      local texts, areMissing = textsAt(waiting)
      local live, gone = sealable(lane, limits, batch, waiting, digests, texts, class .. '\t' .. producer .. '\t' .. group, options)
      local bytes = weigh.count(limits, batch, texts, live)
      local isAll = not bytes and not areMissing and #batch.refs == 0 and #live == #waiting.refs
      if isAll and not string.find(table.concat(waiting.refs), '!', 1, true) then
        adopt(batch, waiting, texts, digests)
        gone, taken, live = { unpack(digests) }, taken + #live, {}
      end
      for at, i in ipairs(live) do
        if bytes and batch.bytes + bytes[i] > limits.bodyBytes and #batch.refs > 0 then
          -- The body is full: the rest goes back to the front, in its order.
          local back = {}
          for j = #live, at, -1 do back[#back + 1] = digests[live[j]] end
          redis.call('LPUSH', fifo, unpack(back))
          leave(L, gone, batch)
          return taken, bytesTaken, true, true
        end
        gone[#gone + 1] = digests[i]
        if texts[i] then
          join(batch, waiting, i, texts[i], digests[i])
          if bytes then batch.bytes, bytesTaken = batch.bytes + bytes[i], bytesTaken + bytes[i] end
          taken = taken + 1
        end
      end
      leave(L, gone, batch)
      batch.passedOver = batch.passedOver + #popped - (taken - before)
    end
    return taken, bytesTaken, redis.call('EXISTS', fifo) == 1, false
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
    local ownRoom = cap.share(producer) - (batch.by[producer] or 0)
    if ownRoom < 1 then
      share.park(lane, class, producer, group, batch.day)
      return 0
    end
    local left = math.min(most, ownRoom, math.min(cap.batch, cap[class]) - #batch.refs)
    if left < 1 then return 0 end
    local room, freeAt = domains.room(lane, limits.call, domain, perDomain)
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
    local taken, bytes, remains, full = popGroup(lane, limits, class, producer, group, options, math.min(left, room), batch)
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
    batch.by[producer] = (batch.by[producer] or 0) + taken
    batch.runs[#batch.runs + 1] = { domain, taken }
    batch.producers[#batch.producers + 1] = { producer, taken }
    if not known then batch.domainCount = batch.domainCount + 1 end
    return weigh.worth(limits, taken, bytes, known and 0 or 1)
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
    local batch = splitRefs({})
    for _, list in ipairs({ 'texts', 'digests', 'domains', 'by', 'runs', 'producers', 'left', 'unwanted', 'unwantedDigests' }) do batch[list] = {} end
    batch.lane, batch.limits, batch.domainCount, batch.capOf, batch.day = lane, limits, 0, capOf, day
    batch.passedOver = 0
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
    for _, digests in ipairs(batch.left) do order.bringNext(lane, digests) end
    if redis.call('HLEN', L .. ':keys') == 0 then clearQueues(L) end
    if #batch.refs == 0 then return nil end
    if plan.both then redis.call('HINCRBY', L, 'turn', 1) end
    if limits.covers then redis.call('HDEL', L, 'spent', 'spent:' .. batch.options) end
    local number = newNumber('batches')
    local sealed = redis.call('INCR', P .. 'clock')
    local totals = {}
    markAll(lane, batch, 's', number, nil, totals)
    local B = P .. 'batch:' .. number
    redis.call('HSET', B, 'lane', lane, 'options', batch.options, 'size', #batch.refs, 'left', #batch.refs,
      'ms', string.rep('s', #batch.refs), 'sealed', now, 'seal', sealed, 'ready', math.min(now, plan.ready or now),
      'class', plan.urgent and 'u' or 'n', 'domains', runs.text(batch.runs))
    if carry.hasShares() then redis.call('HSET', B, 'producers', runs.text(batch.producers)) end
    wide('RPUSH', B .. ':m', batch.refs)
    local spans = spansOf(batch)
    if spans then redis.call('HSET', B, 'spans', spans) end
    local spaced, ordered = (limits.resendAfterMs or 0) > 0, laneAfter(lane) and not REACHES_HOST[lane]
    if spaced or ordered or have(limits.lookup) then redis.call('HSET', B, 'keys', spacing.bare(batch.digests)) end
    if spaced then spacing.begin(L, limits, number, batch.options, batch.digests) end
    -- With options it stands there since its staging.
    if ordered and batch.options == '{}' then
      for _, at in ipairs(batch.shared) do batch.refs[at] = refKey(batch.refs[at]) end
      addUnderway(L, batch.digests, batch.refs)
    end
    return number, batch.texts, totals.s or 0
  end
end
