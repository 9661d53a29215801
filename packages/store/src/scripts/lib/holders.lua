-- holders: what has absorbed others is looked at, some of it at a time: where it has ended without a word about them, or
-- waits for another day, they leave it (`absorb`).
local holders = {}
do
  -- In one look: each may cost as many commands as a key of a batch does.
  local LOOKS = 200

  -- A directory that waits for another day, and that nobody asked for, is not purged then: its URLs go themselves. Where its
  -- key is not found (`cancel`) it falls out at its seal; others' interests stay.
  local function giveUp(lane, ref)
    if redis.call('EXISTS', P .. 'more:' .. ref) == 1 then return end
    local L, text = laneKey(lane), textsOf({ ref })[1]
    local root = text and redis.call('HGET', L .. ':roots', text)
    local bare, tag = string.sub(root or '', 1, BARE), tagOf(cover.optionsOf(lane, (splitRef(ref))))
    local held = redis.call('HGET', L .. ':keys', bare .. tag)
    mark(lane, { ref }, 'x', nil, nil, totalsIn(lane))
    if held and refKey(held) == ref then redis.call('HDEL', L .. ':keys', bare .. tag) end
    if tag ~= '' and laneAfter(lane) then dropUnderway(L, { bare }, { ref }) end
    roots.drop(lane, { ref })
    order.endUnsealed(lane, { ref })
  end

  -- Looks at some of what holds something, where the last look ended, and lets go of what those hold that have ended, or
  -- wait for another day. What was begun goes on.
  local function lookOn(lane)
    local L = laneKey(lane)
    local scan = redis.call('HSCAN', L .. ':absorbs', redis.call('HGET', L, 'absorbsCursor') or '0', 'COUNT', LOOKS)
    redis.call('HSET', L, 'absorbsCursor', scan[1])
    for i = 1, #scan[2], 2 do
      local ref, way = scan[2][i], scan[2][i + 1]
      local leg, pos = splitRef(ref)
      local letter = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos)
      if letter == 'c' then
        if string.sub(way, 1, 1) ~= 'c' then way = 'c0' end
      elseif letter == '' or IS_END[letter] or (letter == 'p' and cover.isSpent(lane, cover.optionsOf(lane, leg), leg)) then
        if way == '' then way = 'p0' end
      end
      if way ~= '' then absorb.letGo(lane, ref, way) end
      if way ~= '' and letter == 'p' and rolled.isIdle(ref) then giveUp(lane, ref) end
    end
  end

  -- Once in a script, however much is spent; what it has no time for is left to the sweeps.
  local toLook = {}
  function holders.lookLater(lane) toLook[lane] = true end
  function holders.look(lane)
    if toLook[lane] and redis.call('EXISTS', laneKey(lane) .. ':absorbs') == 1 then lookOn(lane) end
    toLook[lane] = nil
  end

  -- The day is over for work of this lane with these options, or with any where none are given.
  function holders.spent(lane, day, options)
    local L = laneKey(lane)
    if not limitsOf('lane:' .. lane).covers then return end
    redis.call('HSET', L, options and 'spent:' .. options or 'spent', string.format('%d', day))
    holders.lookLater(lane)
  end

  -- What ended without a word about those it had absorbed (by an older program) lets them go, too.
  function holders.sweep(lane, limits)
    local L = laneKey(lane)
    if not limits or not limits.covers then return end
    cover.forgetDays(lane)
    if redis.call('EXISTS', L .. ':absorbs') == 1 then lookOn(lane) end
    if redis.call('EXISTS', L .. ':roots') == 0 or roots.isAwaited(limits) then return end
    local scan = redis.call('HSCAN', L .. ':roots', redis.call('HGET', L, 'rootsCursor') or '0', 'COUNT', 100)
    redis.call('HSET', L, 'rootsCursor', scan[1])
    local gone = {}
    for i = 2, #scan[2], 2 do
      for ref in string.gmatch(string.sub(scan[2][i], BARE + 1), '%S+') do
        if not isOpen(ref) then gone[#gone + 1] = ref end
      end
    end
    roots.drop(lane, gone)
  end
end
