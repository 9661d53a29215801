-- split: a batch that cannot go as a whole becomes two, in order, that are sent at once. Every item is in one of
-- them; each half reserves quota for itself when it is sent, and takes its part of its domains' minutes: what the
-- whole took was not applied, or, where nobody knows that, stays taken.
local function splitBatch(lane, number)
  local B, L = P .. 'batch:' .. number, laneKey(lane)
  local b = redis.call('HMGET', B, 'options', 'sealed', 'seal', 'class', 'attempt', 'resend')
  local members = redis.call('LRANGE', B .. ':m', 0, -1)
  local half = math.floor(#members / 2)
  settleReservation(B, false)
  if not b[6] then giveDomainsBack(lane, B) end
  -- One item is its own half: nobody asks for that, and an empty batch could never end.
  local parts = half > 0 and { { 1, half }, { half + 1, #members } } or { { 1, #members } }
  for _, part in ipairs(parts) do
    local child = redis.call('HINCRBY', P .. 'account', 'batches', 1)
    local C = P .. 'batch:' .. child
    local refs = {}
    for i = part[1], part[2] do refs[#refs + 1] = members[i] end
    redis.call('HSET', C, 'lane', lane, 'options', b[1], 'size', #refs, 'left', #refs, 'ms', string.rep('s', #refs),
      'sealed', b[2], 'seal', b[3], 'ready', now, 'class', b[4], 'attempt', b[5], 'state', 'retry', 'parent', number)
    wide('RPUSH', C .. ':m', refs)
    if b[6] then redis.call('HSET', C, 'resend', b[6]) end
    inheritKeys(L, number, child, part[1], part[2])
    inheritDomains(B, C, part[1], part[2])
    redis.call('ZADD', L .. ':retry', now, child)
    for _, ref in ipairs(refs) do
      local leg, pos = splitRef(ref)
      redis.call('SETRANGE', P .. 'leg:' .. leg .. ':b', pos * 4, struct.pack('>I4', child))
    end
  end
  returnWaiting(L, number)
  redis.call('ZREM', L .. ':retry', number)
  redis.call('DEL', B, B .. ':m')
end
