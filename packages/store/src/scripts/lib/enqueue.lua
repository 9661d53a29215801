-- enqueue: lets keys of one leg and lane wait for their seal. A key that waits already gains an interest;
-- a new one joins the FIFO of its class × producer × group, or stands behind the barrier of the purges that it has to
-- wait for, or is absorbed by wider work. positions, digests, groups, texts and covers run in parallel; neighbours of
-- one group are pushed together. Returns how many merged into waiting keys.
local enqueue
do
  local function hostOf(group) return string.match(group, '^[^|]*') end

  local function bareOf(digests)
    local list = {}
    for i, digest in ipairs(digests) do list[i] = string.sub(digest, 1, BARE) end
    return list
  end

  -- Barriers that one call makes or widens; written at its end.
  local function barrierBook(L, producer)
    local changed, additions = {}, {}
    local book = {}
    local function link(id, purge)
      additions[purge] = additions[purge] or {}
      table.insert(additions[purge], id)
    end
    function book.make(group, purges, digest)
      local id = tostring(redis.call('HINCRBY', P .. 'account', 'barriers', 1))
      changed[id] = newBarrier(producer, group, purges, digest)
      for _, purge in ipairs(purges) do link(id, purge) end
      return id
    end
    function book.waitsFor(id, purges) return id and #lacking(order.read(L, id), purges) == 0 end
    -- For interests from the given one on.
    function book.widen(id, purges, from)
      local barrier = order.read(L, id)
      for _, purge in ipairs(lacking(barrier, purges)) do
        table.insert(barrier.purges, { ref = purge, from = from })
        link(id, purge)
      end
      changed[id] = barrier
    end
    function book.write()
      local fields = {}
      for id, barrier in pairs(changed) do
        fields[#fields + 1] = id
        fields[#fields + 1] = order.text(barrier)
      end
      wide('HSET', L .. ':order', fields, 2)
      addAfter(L, additions)
    end
    return book
  end

  -- New purges that `keys` does not tell of by the digest alone.
  local function noteUnderway(lane, fresh)
    if #fresh == 0 or not laneAfter(lane) then return end
    local fields, refs = {}, {}
    for i, each in ipairs(fresh) do
      fields[i] = REACHES_HOST[lane] and hostOf(each.group) or string.sub(each.digest, 1, BARE)
      refs[i] = each.ref
    end
    addUnderway(laneKey(lane), fields, refs)
  end

  -- What covers new keys, by index. (A prefetch is never covered: each waits for purges of its own.)
  local function coveringOf(leg, lane, limits, positions, texts, held)
    if not cover.isPossible(limits) then return {} end
    local targets, index, covering = {}, {}, {}
    for i, pos in ipairs(positions) do
      if not held[i] then
        index[#index + 1] = i
        targets[#index] = { lane = lane, held = leg .. ':' .. pos, text = texts[i] or '' }
      end
    end
    for at, root in pairs(cover.find(limits, targets)) do covering[index[at]] = root end
    return covering
  end

  function enqueue(leg, lane, class, producer, positions, digests, groups, texts, covers)
    local L = laneKey(lane)
    local before = positions[1] - 1
    local states = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', positions[1], positions[#positions])
    local refs = redis.call('HMGET', L .. ':keys', unpack(digests))
    local blockers, places, nextRefs = {}, {}, {}
    if covers then
      local hosts = {}
      for i, group in ipairs(groups) do hosts[i] = hostOf(group) end
      blockers, places = blockersOf(lane, bareOf(digests), covers, hosts)
      nextRefs = readFields(L, ':next', digests)
    end
    local limits = limitsOf('lane:' .. lane)
    -- New work that others may look for: what covers them, and what prefetches have to know beside `keys`.
    local isCounted, counted = limits and limits.rollUp, { digests = {}, texts = {} }
    local isWider, isNoted = not covers and limits and limits.covers, not covers and (REACHES_HOST[lane] or #(digests[1] or '') > BARE)
    local covering = coveringOf(leg, lane, limits, positions, texts, refs)
    local book = barrierBook(L, producer)
    local index, nextIndex, fresh, run, runGroup = {}, {}, {}, {}, nil
    local absorbed, wider = {}, { texts = {}, digests = {}, refs = {} }
    local merged = 0

    local function pushRun()
      if #run == 0 then return end
      local C = L .. ':' .. class
      local length = redis.call('RPUSH', C .. ':q:' .. producer .. ':' .. runGroup, unpack(run))
      if length == #run then joinRing(L, class .. '\t' .. producer .. '\t' .. runGroup) end
      run = {}
    end

    -- Where the target goes: a generation that it merges into, or nil; and the list that this stands in.
    local function homeOf(i)
      local second = nextRefs[digests[i]]
      if second then return second, nextIndex end
      if refs[i] and blockers[i] and not book.waitsFor(order.idOf(refs[i]), blockers[i]) then return nil, nextIndex end
      return refs[i], index
    end

    for i, digest in ipairs(digests) do
      if string.sub(states, positions[i] - before, positions[i] - before) == 'p' then
        local mine = leg .. ':' .. positions[i]
        local held, home = homeOf(i)
        local ref, id, urgent = mine, nil, class == 'u'
        local push = not held
        if push and isWider then
          wider.texts[#wider.texts + 1] = texts[i]
          wider.digests[#wider.texts] = digest
          wider.refs[#wider.texts] = mine
        end
        if held then
          merged = merged + 1
          id = order.idOf(held)
          ref = refKey(held)
          if isWider then rolled.adopt(ref) end
          local interests = redis.call('RPUSH', P .. 'more:' .. ref, mine)
          ref = ref .. '+'
          push = carry.isNeeded((splitRef(held)), producer) or (urgent and not string.find(held, '!', 1, true))
          urgent = urgent or string.find(held, '!', 1, true) ~= nil
          if home == nextIndex and blockers[i] then book.widen(id, blockers[i], interests) end
        elseif blockers[i] then
          id = book.make(groups[i], blockers[i], digest)
        elseif isNoted and not covering[i] then
          fresh[#fresh + 1] = { ref = mine, digest = digest, group = groups[i] }
        end
        if covering[i] then
          absorbed[#absorbed + 1] = { digest = digest, held = ref .. (urgent and '!' or ''), root = covering[i], isNew = true }
          push = false
        else
          if isCounted and not held then
            counted.digests[#counted.digests + 1] = digest
            counted.texts[#counted.digests] = texts[i] or ''
          end
          local n = #home
          home[n + 1] = digest
          home[n + 2] = (urgent or id) and ref .. (urgent and '!' or '') .. (id and '~' .. id or '') or ref
        end
        if id then
          order.flag(mine, '1')
          for _, purge in ipairs(class == 'u' and blockers[i] or {}) do
            local place = places[purge]
            if place then raisePurge(purge, place[1], place[2], producer, hostOf(groups[i])) end
          end
        elseif push then
          if groups[i] ~= runGroup then
            pushRun()
            runGroup = groups[i]
          end
          run[#run + 1] = digest
        end
      end
    end
    pushRun()
    book.write()
    noteUnderway(lane, fresh)
    if #index + #nextIndex + #absorbed == 0 then return 0 end
    roots.add(lane, limits, wider.texts, wider.digests, wider.refs)
    wide('HSET', L .. ':keys', index, 2)
    wide('HSET', L .. ':next', nextIndex, 2)
    absorb.take(lane, absorbed)
    if isCounted and #counted.digests > 0 then below.add(lane, limits, string.match(groups[1], '|(.*)$'), counted.digests, counted.texts) end
    redis.call('ZADD', L .. ':open:' .. class, 'NX', now, leg)
    if class == 'n' and #index + #nextIndex > 0 then
      -- Not only where the lane was empty: what is parked or urgent may have come before.
      redis.call('HSETNX', L, 'first', now)
      redis.call('HSET', L, 'last', now)
    end
    return merged
  end
end
