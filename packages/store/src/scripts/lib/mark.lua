-- mark: moves targets, and everyone else interested in their key, to a new state, and keeps the legs' counts.
-- A target is `leg:pos`; its state is one letter at `pos` of `leg:<n>:s`. Runs of neighbours move with one
-- GETRANGE and one SETRANGE, so a batch out of one intent costs a handful of commands. Only steps that the
-- lifecycle allows are taken: whatever is replayed or late changes nothing.
local IS_WAITING = { p = true, a = true }
local IS_END = { c = true, f = true, n = true, x = true }
-- Legs that reached a stage in this script: intent id, op, submitted | confirmed | ended, ms since accepted, …
local milestones = {}
local splitRef, refKey, mark, totalsIn, elsewhereReply, totalsReply
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
    redis.call('HSET', K, 'finished', now)
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

  -- targets: list of {leg, pos, why-or-nil}, in any order; batchNo: written beside sealed ones, or nil.
  local function moveAll(lane, targets, to, batchNo, totals)
    local at = 1
    while at <= #targets do
      local leg, from = targets[at][1], targets[at][2]
      local count = 1
      while at + count <= #targets and targets[at + count][1] == leg and targets[at + count][2] == from + count do
        count = count + 1
      end
      local moved, counts = moveRun(leg, from, count, to)
      if batchNo then
        redis.call('SETRANGE', P .. 'leg:' .. leg .. ':b', from * 4, string.rep(struct.pack('>I4', batchNo), count))
      end
      local why = {}
      for i = 1, count do
        local text = targets[at + i - 1][3]
        if text and (moved == true or moved[i]) then
          why[#why + 1] = from + i - 1
          why[#why + 1] = text
        end
      end
      if #why > 0 then wide('HSET', P .. 'leg:' .. leg .. ':why', why, 2) end
      countLeg(leg, lane, counts, to, totals)
      at = at + count
    end
  end

  -- refs: a batch's members (`leg:pos`, `+` behind it: others want the key too); why[i]: JSON of the reason.
  -- totals collects how many targets went to which letter.
  function mark(lane, refs, to, batchNo, why, totals)
    local targets = {}
    local others = {}
    for i, ref in ipairs(refs) do
      local leg, pos, more = splitRef(ref)
      targets[i] = { leg, pos, why and why[i] }
      if more then others[#others + 1] = { refKey(ref), why and why[i] } end
    end
    moveAll(lane, targets, to, batchNo, totals)
    for _, other in ipairs(others) do
      local key = P .. 'more:' .. other[1]
      local from = 0
      repeat
        local interests = redis.call('LRANGE', key, from, from + WIDE - 1)
        local more = {}
        for i, ref in ipairs(interests) do
          local leg, pos = splitRef(ref)
          more[i] = { leg, pos, other[2] }
        end
        moveAll(lane, more, to, batchNo, totals)
        from = from + WIDE
      until #interests < WIDE
      if IS_END[to] then redis.call('DEL', key) end
    end
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
