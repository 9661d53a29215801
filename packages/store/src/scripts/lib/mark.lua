-- mark: moves targets, and everyone else interested in their key, to a new state, and keeps the legs' counts.
-- A target is `leg:pos`; its state is one letter at `pos` of `leg:<n>:s`. Runs of neighbours move with one
-- GETRANGE and one SETRANGE, so a batch out of one intent costs a handful of commands. Only steps that the
-- lifecycle allows are taken: whatever is replayed or late changes nothing.
local IS_WAITING = { p = true, a = true }
local IS_END = { c = true, f = true, n = true, x = true }
-- Legs that reached a stage in this script: intent id, op, submitted | confirmed | ended, ms since accepted, …
local milestones = {}
local splitRef, splitRefs, neighbours, refKey, mark, markAll, spansOf, markSpans, wantedOf, totalsIn, elsewhereReply, totalsReply
do
  local MAY_BECOME = {
    p = { a = true },
    s = { p = true },
    u = { s = true },
    a = { p = true },
    c = { s = true, u = true, a = true },
    f = { p = true, s = true, u = true, a = true },
    n = { s = true, u = true, a = true },
    x = { p = true, a = true },
  }

  function splitRef(ref)
    local leg, pos, more = string.match(ref, '^(%d+):(%d+)(%+?)')
    return leg, tonumber(pos), more == '+'
  end

  -- The same of many, each read once: legs and positions in parallel; `shared`: the indexes of those with a `+`.
  function splitRefs(refs)
    local legs, positions, shared = {}, {}, {}
    local match, tonumber = string.match, tonumber
    for i = 1, #refs do
      local leg, pos, more = match(refs[i], '^(%d+):(%d+)(%+?)')
      legs[i], positions[i] = leg, tonumber(pos)
      if more == '+' then shared[#shared + 1] = i end
    end
    return { refs = refs, legs = legs, positions = positions, shared = shared }
  end

  -- How many, from the one at `at` on, follow each other in one leg.
  function neighbours(targets, at)
    local legs, positions = targets.legs, targets.positions
    local leg, ahead, to = legs[at], positions[at] - at, at + 1
    while legs[to] == leg and positions[to] - to == ahead do to = to + 1 end
    return to - at
  end

  function refKey(ref) return string.match(ref, '^%d+:%d+') end

  local function milestone(leg, stage)
    local fields = redis.call('HMGET', P .. 'leg:' .. leg, 'id', 'head', 'created', 'accepted')
    for _, value in ipairs({ fields[1], cjson.decode(fields[2]).op, stage, now - tonumber(fields[4] or fields[3]) }) do
      milestones[#milestones + 1] = value
    end
  end

  -- The body stays, where it is still there: legs in other accounts may be missing. Cancelled ones are not wanted.
  local function finishLeg(leg, to)
    local K = P .. 'leg:' .. leg
    local fields = redis.call('HMGET', K, 'id', 'chunks', 'history')
    redis.call('HSET', K, 'finished', now - shift)
    local counts = redis.call('HMGET', K, 'n:c', 'total')
    milestone(leg, counts[1] == counts[2] and 'confirmed' or 'ended')
    if to == 'x' then
      redis.call('HDEL', K, 'body')
      redis.call('ZREM', P .. 'unstaged', leg)
    end
    local keep = tonumber(fields[3])
    for _, key in ipairs({ K, K .. ':s', K .. ':b', K .. ':o', K .. ':why', K .. ':via', P .. 'intent:' .. fields[1] }) do
      redis.call('PEXPIRE', key, keep)
    end
    for chunk = 0, tonumber(fields[2]) - 1 do redis.call('PEXPIRE', K .. ':t:' .. chunk, keep) end
    redis.call('PUBLISH', P .. 'changed', fields[1])
  end

  -- Applies one run of neighbours; returns which of them moved (true: all) and how many left which letter.
  local function moveRun(leg, from, count, to)
    local key = P .. 'leg:' .. leg .. ':s'
    local before = redis.call('GETRANGE', key, from, from + count - 1)
    local may = MAY_BECOME[to]
    local first = string.sub(before, 1, 1)
    if may[first] and before == string.rep(first, count) then
      redis.call('SETRANGE', key, from, string.rep(to, count))
      return true, { [first] = count }
    end
    local moved, after, counts = {}, {}, {}
    for letter in string.gmatch(before, '.') do
      local ok = may[letter] or false
      moved[#moved + 1] = ok
      after[#after + 1] = ok and to or letter
      if ok then counts[letter] = (counts[letter] or 0) + 1 end
    end
    -- An empty string: the leg is past its retention.
    if #after > 0 then redis.call('SETRANGE', key, from, table.concat(after)) end
    return moved, counts
  end

  local function countLeg(leg, lane, counts, to, totals)
    local K = P .. 'leg:' .. leg
    local sum = 0
    for letter, n in pairs(counts) do
      redis.call('HINCRBY', K, 'n:' .. letter, -n)
      if IS_WAITING[letter] and not IS_WAITING[to] then redis.call('HINCRBY', P .. 'account', 'pending', -n) end
      sum = sum + n
    end
    if sum == 0 then return end
    redis.call('HINCRBY', K, 'n:' .. to, sum)
    totals[to] = (totals[to] or 0) + sum
    if not IS_END[to] then
      local before = to == 'u' and redis.call('HMGET', K, 'n:p', 'n:s')
      if before and (before[1] or '0') == '0' and (before[2] or '0') == '0' then milestone(leg, 'submitted') end
      return
    end
    if redis.call('HINCRBY', K, 'left:' .. lane, -sum) == 0 then
      redis.call('ZREM', laneKey(lane) .. ':open:u', leg)
      redis.call('ZREM', laneKey(lane) .. ':open:n', leg)
    end
    if redis.call('HINCRBY', K, 'left', -sum) == 0 then finishLeg(leg, to) end
  end

  -- targets: as `splitRefs` has them, in any order; batchNo: written beside sealed ones, or nil; whyOf(i): a reason.
  local function moveAll(lane, targets, to, batchNo, whyOf, totals)
    local at = 1
    while at <= #targets.legs do
      local leg, from, count = targets.legs[at], targets.positions[at], neighbours(targets, at)
      local moved, counts = moveRun(leg, from, count, to)
      if batchNo then
        redis.call('SETRANGE', P .. 'leg:' .. leg .. ':b', from * 4, string.rep(struct.pack('>I4', batchNo), count))
      end
      local why = {}
      for i = 1, whyOf and count or 0 do
        local text = whyOf(at + i - 1)
        if text and (moved == true or moved[i]) then
          why[#why + 1] = from + i - 1
          why[#why + 1] = text
        end
      end
      wide('HSET', P .. 'leg:' .. leg .. ':why', why, 2)
      countLeg(leg, lane, counts, to, totals)
      at = at + count
    end
  end

  -- targets: a batch's members, as `splitRefs` has them; why[i]: JSON of the reason. totals collects how many targets
  -- went to which letter.
  function markAll(lane, targets, to, batchNo, why, totals)
    local function whyOf(i) return why[i] end
    moveAll(lane, targets, to, batchNo, why and next(why) and whyOf, totals)
    for _, at in ipairs(targets.shared) do
      local key, from = P .. 'more:' .. refKey(targets.refs[at]), 0
      local function itsWhy() return why[at] end
      repeat
        local interests = redis.call('LRANGE', key, from, from + WIDE - 1)
        moveAll(lane, splitRefs(interests), to, batchNo, why and why[at] and itsWhy, totals)
        from = from + WIDE
      until #interests < WIDE
      if IS_END[to] then redis.call('DEL', key) end
    end
  end

  -- refs: `leg:pos`, `+` behind it: others want the key too.
  function mark(lane, refs, to, batchNo, why, totals) markAll(lane, splitRefs(refs), to, batchNo, why, totals) end

  -- The same members in a few words, `leg:pos*count` each, where they are that few and nobody else wants their keys.
  local MOST_SPANS = 32
  function spansOf(targets)
    local spans, at = {}, 1
    while at <= #targets.legs do
      local count = neighbours(targets, at)
      spans[#spans + 1] = targets.legs[at] .. ':' .. targets.positions[at] .. '*' .. count
      at = at + count
    end
    return #targets.shared == 0 and #spans <= MOST_SPANS and table.concat(spans, ' ') or nil
  end

  function markSpans(lane, spans, to, totals)
    for leg, from, count in string.gmatch(spans, '(%d+):(%d+)%*(%d+)') do
      local _, counts = moveRun(leg, tonumber(from), tonumber(count), to)
      countLeg(leg, lane, counts, to, totals)
    end
  end

  -- Which of these members are still wanted: by their first interest, or by another one.
  function wantedOf(targets)
    local wanted, at = {}, 1
    while at <= #targets.legs do
      local pos, count = targets.positions[at], neighbours(targets, at)
      local letters = redis.call('GETRANGE', P .. 'leg:' .. targets.legs[at] .. ':s', pos, pos + count - 1)
      local areAll = letters == string.rep('p', count)
      for i = 1, count do wanted[at + i - 1] = areAll or string.sub(letters, i, i) == 'p' end
      at = at + count
    end
    for _, i in ipairs(targets.shared) do
      if not wanted[i] then
        for _, other in ipairs(redis.call('LRANGE', P .. 'more:' .. refKey(targets.refs[i]), 0, WIDE - 1)) do
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

  -- How many targets of other lanes than the script's own went to which letter.
  local elsewhere = {}

  function totalsIn(lane)
    elsewhere[lane] = elsewhere[lane] or {}
    return elsewhere[lane]
  end

  function elsewhereReply()
    local reply = {}
    for lane, totals in pairs(elsewhere) do
      for letter, n in pairs(totals) do
        for _, value in ipairs({ lane, letter, n }) do reply[#reply + 1] = value end
      end
    end
    return reply
  end

  function totalsReply(totals)
    local reply = {}
    for letter, n in pairs(totals) do
      reply[#reply + 1] = letter
      reply[#reply + 1] = n
    end
    return reply
  end
end
