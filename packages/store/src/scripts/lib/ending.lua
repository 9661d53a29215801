-- ending: batches come to their end item by item; the last one closes the books.
local function closeBatch(number)
  local B = P .. 'batch:' .. number
  local b = redis.call('HMGET', B, 'lane', 'taskNo')
  local L = laneKey(b[1])
  redis.call('ZREM', L .. ':running', number)
  for i = 1, tonumber(b[2] or '0') do dropTask(number .. '.' .. i) end
  redis.call('HSET', B, 'state', 'ended', 'ended', now)
  redis.call('HDEL', B, 'spans')
  spacing.dropKeys(L, number)
  forgetHosts(b[1])
  redis.call('DEL', B .. ':m', B .. ':asks')
end

-- The letter that all items of a batch of neighbours end with, where none has ended and there is no more to say of any.
local function wholeEnd(letters, before, spans, why)
  local letter = string.sub(letters, 1, 1)
  local isWhole = spans and letters == string.rep(letter, #before) and not string.find(before, '[cfnx]') and not next(why)
  return isWhole and letter
end

-- Ends the items whose letter in `letters` is not '.', once each. why[i]: JSON of the reason, by index.
local function endItems(number, letters, why, totals)
  if not string.find(letters, '[^.]') then return end
  local B = P .. 'batch:' .. number
  local b = redis.call('HMGET', B, 'lane', 'ms', 'keys', 'spans')
  if not b[2] then return end
  local members = redis.call('LRANGE', B .. ':m', 0, -1)
  local moved, reasons, states, ended = {}, {}, {}, 0
  local endedAs = {}
  local after, purges, purgeReasons = laneAfter(b[1]), {}, {}
  local digests, endedRefs = {}, {}
  local isAwaited = after and redis.call('EXISTS', laneKey(after) .. ':after') == 1
  local sub, find = string.sub, string.find
  local whole = not isAwaited and wholeEnd(letters, b[2], b[4], why)
  if whole then
    moved[whole], reasons[whole], endedAs[whole], endedRefs, ended = members, {}, members, members, #members
    for i = 1, after and b[3] and ended or 0 do digests[i] = sub(b[3], BARE * (i - 1) + 1, BARE * i) end
    states[1] = letters
  end
  for i = 1, whole and 0 or #members do
    local old, to = sub(b[2], i, i), sub(letters, i, i)
    if to ~= '.' and to ~= '' and not IS_END[old] then
      if not moved[to] then moved[to], reasons[to], endedAs[to] = {}, {}, {} end
      local member, refs = members[i], endedAs[to]
      local ref = find(member, '+', 1, true) and refKey(member) or member
      refs[#refs + 1] = ref
      moved[to][#refs] = member
      reasons[to][#refs] = why[i]
      if isAwaited then
        purges[#purges + 1] = ref
        purgeReasons[#purges] = to ~= 'c' and order.failure(to, why[i])
      end
      ended = ended + 1
      states[i] = to
      if after and b[3] then
        digests[ended] = sub(b[3], BARE * (i - 1) + 1, BARE * i)
        endedRefs[ended] = ref
      end
    else
      states[i] = old
    end
  end
  if ended == 0 then return end
  for to, list in pairs(moved) do
    if b[4] and #list == #members and not next(reasons[to]) then
      markSpans(b[1], b[4], to, totals)
    else
      mark(b[1], list, to, nil, reasons[to], totals)
    end
  end
  redis.call('HSET', B, 'ms', table.concat(states))
  -- At once, and not with its batch: a target that is tried anew meanwhile is another purge's.
  dropUnderway(laneKey(b[1]), digests, endedRefs)
  if isAwaited then order.endPurges(after, purges, purgeReasons) end
  for to, list in pairs(endedAs) do absorb.ended(b[1], list, to) end
  if redis.call('HINCRBY', B, 'left', -ended) == 0 then closeBatch(number) end
end

-- `index TAB json NEWLINE …`, indexes from 1.
local function reasonsOf(text)
  local why = {}
  for index, json in string.gmatch(text, '(%d+)\t([^\n]*)\n') do why[tonumber(index)] = json end
  return why
end
