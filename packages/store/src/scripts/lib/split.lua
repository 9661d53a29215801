-- split: a batch that cannot go as a whole becomes several, in order, that are sent at once. Every item is in one of
-- them; each takes over its part of the quota that the whole had reserved, and takes its part of its domains' minutes:
-- what the whole took was not applied, or, where nobody knows that, stays taken.

-- A part is a list of positions. One item is its own half: nobody asks for that, and an empty batch could never end.
local function halvesOf(size)
  local first, second = {}, {}
  for at = 1, size do
    local half = at <= math.floor(size / 2) and first or second
    half[#half + 1] = at
  end
  return #first > 0 and { first, second } or { second }
end

-- One part for each domain, in the order in which they come first.
local function partsByDomain(B)
  local parts, partOf = {}, {}
  for at, domain in ipairs(runs.names(redis.call('HGET', B, 'domains'))) do
    if not partOf[domain] then
      partOf[domain] = {}
      parts[#parts + 1] = partOf[domain]
    end
    table.insert(partOf[domain], at)
  end
  return parts
end

-- Without parts: in halves. Returns their numbers.
local function splitBatch(lane, number, parts)
  local B, L = P .. 'batch:' .. number, laneKey(lane)
  local b = redis.call('HMGET', B, 'options', 'sealed', 'seal', 'class', 'attempt', 'resend', 'sent', 'domains', 'producers')
  local members = redis.call('LRANGE', B .. ':m', 0, -1)
  local hosts, producers = runs.names(b[8]), runs.names(b[9])
  if not b[6] then domains.giveBack(lane, B) end
  local children = {}
  for _, part in ipairs(parts or halvesOf(#members)) do
    local child = newNumber('batches')
    children[#children + 1] = child
    local C = P .. 'batch:' .. child
    local refs = {}
    for i, at in ipairs(part) do refs[i] = members[at] end
    redis.call('HSET', C, 'lane', lane, 'options', b[1], 'size', #refs, 'left', #refs, 'ms', string.rep('s', #refs),
      'sealed', b[2], 'seal', b[3], 'ready', now, 'class', b[4], 'attempt', b[5], 'state', 'retry', 'parent', number)
    wide('RPUSH', C .. ':m', refs)
    if b[6] then redis.call('HSET', C, 'resend', b[6]) end
    if b[7] then redis.call('HSET', C, 'sent', b[7]) end
    spacing.inheritKeys(L, number, child, part)
    redis.call('HSET', C, 'domains', runs.part(hosts, part))
    if b[9] then redis.call('HSET', C, 'producers', runs.part(producers, part)) end
    inheritReservation(B, C, #refs)
    redis.call('ZADD', L .. ':retry', now, child)
    for _, ref in ipairs(refs) do
      local leg, pos = splitRef(ref)
      redis.call('SETRANGE', P .. 'leg:' .. leg .. ':b', pos * 4, struct.pack('>I4', child))
    end
  end
  spacing.returnWaiting(L, number)
  redis.call('ZREM', L .. ':retry', number)
  redis.call('DEL', B, B .. ':m')
  return children
end
