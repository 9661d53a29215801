-- ending: batches come to their end item by item; the last one closes the books.
local function closeBatch(number)
  local B = P .. 'batch:' .. number
  local b = redis.call('HMGET', B, 'lane', 'taskNo')
  local L = laneKey(b[1])
  redis.call('ZREM', L .. ':running', number)
  for i = 1, tonumber(b[2] or '0') do dropTask(number .. '.' .. i) end
  redis.call('HSET', B, 'state', 'ended', 'ended', now)
  spacing.dropKeys(L, number)
  forgetHosts(b[1])
  redis.call('DEL', B .. ':m', B .. ':asks')
  -- Kept as long as a provider can be asked about it (3 days at most providers, 30 at one).
  redis.call('PEXPIRE', B, 3 * 86400000)
end

-- Ends the items whose letter in `letters` is not '.', once each. why[i]: JSON of the reason, by index.
local function endItems(number, letters, why, totals)
  local B = P .. 'batch:' .. number
  local b = redis.call('HMGET', B, 'lane', 'ms', 'keys')
  if not b[2] then return end
  local members = redis.call('LRANGE', B .. ':m', 0, -1)
  local refs, reasons, states, ended = {}, {}, {}, 0
  local endedAs = {}
  local after, purges, purgeReasons = laneAfter(b[1]), {}, {}
  local digests, endedRefs = {}, {}
  local isAwaited = after and redis.call('EXISTS', laneKey(after) .. ':after') == 1
  for i = 1, #members do
    local old, to = string.sub(b[2], i, i), string.sub(letters, i, i)
    if to ~= '.' and to ~= '' and not IS_END[old] then
      refs[to] = refs[to] or {}
      reasons[to] = reasons[to] or {}
      refs[to][#refs[to] + 1] = members[i]
      reasons[to][#refs[to]] = why[i]
      endedAs[to] = endedAs[to] or {}
      table.insert(endedAs[to], refKey(members[i]))
      if isAwaited then
        purges[#purges + 1] = refKey(members[i])
        purgeReasons[#purges] = to ~= 'c' and order.failure(to, why[i])
      end
      ended = ended + 1
      states[i] = to
      if after and b[3] then
        digests[ended] = string.sub(b[3], BARE * (i - 1) + 1, BARE * i)
        endedRefs[ended] = refKey(members[i])
      end
    else
      states[i] = old
    end
  end
  if ended == 0 then return end
  for to, list in pairs(refs) do mark(b[1], list, to, nil, reasons[to], totals) end
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
