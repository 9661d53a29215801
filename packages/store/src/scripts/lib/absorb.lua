-- absorb: a target that wider work covers is not sent itself. It leaves `keys` and stands in `absorbed:<ref>` of that
-- work: `lane SPACE digest` → as in `keys`. Where that is confirmed it is too; where it ends otherwise, or waits for
-- another day, the target returns to the front of its FIFO. `absorbs` of the wider work's lane names what holds some:
-- ref → '', or how they leave it (`c` confirmed, `p` to wait again) and how far that has come. What a script has
-- no time for is left to the next sweep.
local absorb = {}
do
  -- Keys that one script lets go: each may cost as many commands as a key of a batch does.
  local budget = 2000

  local function absorbedKey(ref) return P .. 'absorbed:' .. ref end

  -- How many keys of a lane this one holds.
  function absorb.count(lane, narrow, change) redis.call('HINCRBY', laneKey(lane), 'absorbed:' .. narrow, change) end

  -- Calls visit(leg, pos) for all who want a key.
  local function eachInterest(held, visit)
    visit(splitRef(held))
    if not string.find(held, '+', 1, true) then return end
    local key, from = P .. 'more:' .. refKey(held), 0
    repeat
      local interests = redis.call('LRANGE', key, from, from + WIDE - 1)
      for _, ref in ipairs(interests) do visit(splitRef(ref)) end
      from = from + WIDE
    until #interests < WIDE
  end

  -- Two keys become one: the interests of `joining` follow those of `standing`. Returns it as it stands in `keys`.
  local function join(lane, digest, standing, joining)
    local ref, other = refKey(standing), refKey(joining)
    rolled.adopt(ref)
    rolled.adopt(other)
    redis.call('RPUSH', P .. 'more:' .. ref, other)
    repeat
      local more = redis.call('LPOP', P .. 'more:' .. other, WIDE) or {}
      if #more > 0 then redis.call('RPUSH', P .. 'more:' .. ref, unpack(more)) end
    until #more < WIDE
    if laneAfter(lane) then
      order.rename(laneAfter(lane), other, ref)
      if #digest > BARE then dropUnderway(laneKey(lane), { string.sub(digest, 1, BARE) }, { other }) end
    end
    roots.drop(lane, { other })
    absorb.settle(lane, { other }, 'p')
    return ref .. '+' .. (string.find(standing .. joining, '!', 1, true) and '!' or '')
  end

  -- By leg: position → the ref of what covers it; and that ref → its text, which outlives its own leg.
  local function writeVia(helds, root)
    local byLeg = {}
    for _, held in ipairs(helds) do
      eachInterest(held, function(leg, pos)
        byLeg[leg] = byLeg[leg] or { root.ref, root.text }
        table.insert(byLeg[leg], pos)
        table.insert(byLeg[leg], root.ref)
      end)
    end
    for leg, fields in pairs(byLeg) do wide('HSET', P .. 'leg:' .. leg .. ':via', fields, 2) end
  end

  local function takeIn(lane, root, items)
    local L, after = laneKey(lane), laneAfter(lane)
    local fields, helds, digests, refs, isUrgent = {}, {}, {}, {}, false
    local key = absorbedKey(root.ref)
    for _, item in ipairs(items) do
      local field = lane .. ' ' .. item.digest
      local known = redis.call('HGET', key, field)
      helds[#helds + 1] = item.held
      isUrgent = isUrgent or string.find(item.held, '!', 1, true) ~= nil
      fields[#fields + 1] = field
      fields[#fields + 1] = item.held
      -- With options `underway` tells of it since its staging.
      if not known and after and (item.isNew or #item.digest == BARE) then
        digests[#digests + 1] = string.sub(item.digest, 1, BARE)
        refs[#refs + 1] = refKey(item.held)
      end
    end
    redis.call('HSETNX', laneKey(root.lane) .. ':absorbs', root.ref, '')
    writeVia(helds, root)
    mark(lane, helds, 'a', nil, nil, totalsIn(lane))
    for i = 1, #fields, 2 do
      local known = redis.call('HGET', key, fields[i])
      if known then fields[i + 1] = join(lane, items[(i + 1) / 2].digest, known, fields[i + 1]) end
    end
    local before = redis.call('HLEN', key)
    wide('HSET', key, fields, 2)
    absorb.count(root.lane, lane, redis.call('HLEN', key) - before)
    addUnderway(L, digests, refs)
    for _, held in ipairs(helds) do cover.forget(refKey(held)) end
    if isUrgent then
      raisePurge(root.ref, root.lane, root.digest, carry.producerOf((splitRef(root.ref))), cover.domainOf(root.text) or '')
    end
    -- It is kept after its end while what waited before it is looked through.
    if root.letter == 'c' then absorb.settle(root.lane, { root.ref }, 'c') end
  end

  -- items: digest, held, root, and whether nothing stands in `keys` for it. They must have left `keys`.
  function absorb.take(lane, items)
    local groups, wider = {}, {}
    for _, item in ipairs(items) do
      local ref = item.root.ref
      if not groups[ref] then wider[#wider + 1] = item.root end
      groups[ref] = groups[ref] or {}
      table.insert(groups[ref], item)
    end
    for _, root in ipairs(wider) do takeIn(lane, root, groups[root.ref]) end
  end

  local function confirm(lane, items)
    local helds, refs, digests, reasons = {}, {}, {}, {}
    for i, item in ipairs(items) do
      helds[i], refs[i], reasons[i] = item.held, refKey(item.held), false
      digests[i] = string.sub(item.digest, 1, BARE)
    end
    roots.drop(lane, refs)
    mark(lane, helds, 'c', nil, nil, totalsIn(lane))
    if laneAfter(lane) then
      dropUnderway(laneKey(lane), digests, refs)
      order.endPurges(laneAfter(lane), refs, reasons)
    end
    absorb.settle(lane, refs, 'c')
  end

  -- Where a key of this leg and lane waits: producer and group.
  local function placeOf(lane, ref, text)
    local leg = splitRef(ref)
    return carry.producerOf(leg) .. '\t' .. (cover.domainOf(text) or '') .. '|' .. cover.optionsOf(lane, leg)
  end

  -- To the front of their FIFOs, in the order of their staging.
  local function pushFront(lane, items)
    local L, run, queue = laneKey(lane), {}, nil
    local function pushRun()
      putFirst(L, queue, run)
      run = {}
    end
    for i = #items, 1, -1 do
      local class = string.find(items[i].held, '!', 1, true) and 'u' or 'n'
      local own = class .. '\t' .. placeOf(lane, items[i].held, items[i].text)
      if own ~= queue or #run == WIDE then pushRun() end
      queue = own
      run[#run + 1] = items[i].digest
      carry.toOthers(L, own, items[i].held, items[i].digest)
    end
    pushRun()
    redis.call('HSETNX', L, 'first', now)
    redis.call('HSETNX', L, 'last', now)
    released[lane] = true
  end

  local function sendBack(lane, items)
    local L, refs, digests, dropped = laneKey(lane), {}, {}, {}
    for i, item in ipairs(items) do
      refs[i] = refKey(item.held)
      if #item.digest == BARE then
        digests[#digests + 1] = item.digest
        dropped[#dropped + 1] = refs[i]
      end
      eachInterest(item.held, function(leg, pos) redis.call('HDEL', P .. 'leg:' .. leg .. ':via', pos) end)
    end
    local texts = textsOf(refs)
    if laneAfter(lane) then dropUnderway(L, digests, dropped) end
    local helds = {}
    for i, item in ipairs(items) do
      helds[i] = item.held
      item.text = texts[i] or ''
      cover.forget(refs[i])
    end
    mark(lane, helds, 'p', nil, nil, totalsIn(lane))
    local fields, again = {}, {}
    for _, item in ipairs(items) do
      if redis.call('HEXISTS', L .. ':keys', item.digest) == 1 then
        again[#again + 1] = item
      else
        fields[#fields + 1] = item.digest
        fields[#fields + 1] = item.held
      end
    end
    wide('HSET', L .. ':keys', fields, 2)
    -- Staged again meanwhile: the older interests stand for both. What the younger had absorbed comes back within this,
    -- perhaps to a key that has just been written.
    for _, item in ipairs(again) do
      item.held = join(lane, item.digest, item.held, redis.call('HGET', L .. ':keys', item.digest))
      redis.call('HSET', L .. ':keys', item.digest, item.held)
    end
    pushFront(lane, items)
  end

  local function isOlder(one, other)
    local oneLeg, onePos = splitRef(one.held)
    local otherLeg, otherPos = splitRef(other.held)
    if oneLeg ~= otherLeg then return tonumber(oneLeg) < tonumber(otherLeg) end
    return onePos < otherPos
  end

  -- An older program, in a rolling deploy, does not count: nothing is held now, whatever the counts say.
  local function forgetCounts(lane)
    local limits = limitsOf('lane:' .. lane)
    for _, narrow in ipairs(limits and limits.covers or {}) do redis.call('HDEL', laneKey(lane), 'absorbed:' .. narrow) end
  end

  -- Lets go what `ref` has absorbed, as far as the budget goes. way: as in `absorbs`.
  function absorb.letGo(lane, ref, way)
    local L, key = laneKey(lane), absorbedKey(ref)
    local letter, cursor = string.match(way, '^(%a)(%d+)$')
    while budget > 0 and redis.call('EXISTS', key) == 1 do
      local scan = redis.call('HSCAN', key, cursor, 'COUNT', WIDE)
      cursor = scan[1]
      local lanes, byLane, fields = {}, {}, {}
      for i = 1, #scan[2], 2 do
        local narrow, digest = string.match(scan[2][i], '^(%S+) (.*)$')
        if not byLane[narrow] then
          lanes[#lanes + 1] = narrow
          byLane[narrow] = {}
        end
        table.insert(byLane[narrow], { digest = digest, held = scan[2][i + 1] })
        fields[#fields + 1] = scan[2][i]
      end
      wide('HDEL', key, fields)
      budget = budget - 1 - #fields
      for _, narrow in ipairs(lanes) do
        local items = byLane[narrow]
        absorb.count(lane, narrow, -#items)
        table.sort(items, isOlder)
        if letter == 'c' then confirm(narrow, items) else sendBack(narrow, items) end
      end
    end
    if redis.call('EXISTS', key) == 1 then
      redis.call('HSET', L .. ':absorbs', ref, letter .. cursor)
    else
      redis.call('HDEL', L .. ':absorbs', ref)
      if redis.call('EXISTS', L .. ':absorbs') == 0 then forgetCounts(lane) end
    end
  end

  -- What these have absorbed is confirmed (`c`), or waits for itself again (`p`).
  function absorb.settle(lane, refs, letter)
    local L = laneKey(lane)
    if #refs == 0 or redis.call('EXISTS', L .. ':absorbs') == 0 then return end
    for _, ref in ipairs(refs) do
      if redis.call('HEXISTS', L .. ':absorbs', ref) == 1 then absorb.letGo(lane, ref, letter .. '0') end
    end
  end

  -- Wider work has ended so. Where others are still looked through for it, its text stays until that is done.
  function absorb.ended(lane, refs, letter)
    absorb.settle(lane, refs, letter == 'c' and 'c' or 'p')
    if letter ~= 'c' or not roots.isAwaited(limitsOf('lane:' .. lane)) then roots.drop(lane, refs) end
  end
end
