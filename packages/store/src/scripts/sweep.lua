-- sweep: finds what crashes left behind. Attempts past their deadline are looked up, or sent again; slots that nobody has
-- seen and lapsed ones are named, so that the caller can ask the queue for their jobs; legs whose staging
-- was cut off, or whose time has come, are handed out once per lease.
-- KEYS[1] the account's prefix; touches unacked, unstaged, leg:*, intents, account, intent:*, poll:*, credentials, more:*, absorbed:*, lane:*, batch:*, held, limits, quota:*, tasks, hold:*, windows, window:*
-- ARGV[1] skew ms  [2] lanes, comma-joined  [3] polls, comma-joined  [4] the credential's fingerprint, or ''
-- returns {{minted or unseen slots: owner, slot, …}, {lapsed: owner, slot, …}, {intent id, head, body, …}, resent,
-- {other lane, letter, n, …}, {intent id, op, stage, ms, …}}
-- O(what is found, a bounded part of it a call)
-- @include base
-- @include slots
-- @include stop
-- @include runs
-- @include domains
-- @include quota
-- @include mark
-- @include ring
-- @include carry
-- @include underway
-- @include spacing
-- @include rolled
-- @include order
-- @include texts
-- @include cover
-- @include raise
-- @include roots
-- @include absorb
-- @include holders
-- @include look_through
-- @include lost
local found, lapsed, unstaged, resent = {}, {}, {}, 0
local MOST = 100

local function ownerOf(slot) return string.match(slot, '^(.*)%.%d+$') end
local function name(list, owner, slot)
  list[#list + 1] = owner
  list[#list + 1] = slot
end

-- Whoever sleeps for another credential's stop would keep this one from going on.
local function sleepsInVain(owner, call)
  return redis.call('HGET', owner, 'why') == 'stopped' and not barredUntil(call, ARGV[4])
end

local function sweepLane(lane)
  local L, before = laneKey(lane), resent
  local limits = limitsOf('lane:' .. lane)
  if limits then domains.letGo(limits.call) end
  spacing.freeRested(L, 50 * MOST)
  for _, number in ipairs(redis.call('ZRANGEBYSCORE', L .. ':sending', '-inf', now, 'LIMIT', 0, MOST)) do
    redis.call('HDEL', P .. 'held', redis.call('HGET', P .. 'batch:' .. number, 'slot'))
    redis.call('ZREM', L .. ':sending', number)
    lost.begin(lane, number, limits, 'crash', now)
    resent = resent + 1
  end
  -- Not before: what nobody swept for long may be asked about now.
  lost.forget(L, 10 * MOST)
  spacing.dropEnded(L, MOST)
  for _, slot in ipairs(redis.call('ZRANGEBYSCORE', L .. ':slots', '-inf', now, 'LIMIT', 0, MOST)) do name(lapsed, lane, slot) end
  lookThrough(lane, limits)
  holders.sweep(lane, limits)
  -- It has left the configuration, and nobody looks at them any more.
  if limits and not limits.rollUp then redis.call('DEL', L .. ':rollups') end
  local slot = limits and keepLaneSlot(lane, limits, resent > before or sleepsInVain(L, limits.call))
  if slot then name(found, lane, slot) end
end

-- Barriers whose purge's end nobody told of (an older program in a rolling deploy did not know them), a part of them at
-- each sweep.
local function sweepOrder(lane)
  local L = laneKey(lane)
  if redis.call('EXISTS', L .. ':after') == 0 then return end
  local scan = redis.call('HSCAN', L .. ':after', redis.call('HGET', L, 'orderCursor') or '0', 'COUNT', MOST)
  redis.call('HSET', L, 'orderCursor', scan[1])
  local purges, reasons = {}, {}
  for i = 1, #scan[2], 2 do
    local purge = scan[2][i]
    if string.sub(purge, 1, 1) ~= 'g' and not isOpen(purge) then
      local leg, pos = splitRef(purge)
      local letter = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos)
      purges[#purges + 1] = purge
      reasons[#purges] = letter ~= 'c' and order.failure(letter == '' and 'n' or letter, redis.call('HGET', P .. 'leg:' .. leg .. ':why', pos))
    end
  end
  order.endPurges(lane, purges, reasons)
end

local function sweepPoll(call)
  local C = P .. 'poll:' .. call
  for _, slot in ipairs(redis.call('ZRANGEBYSCORE', C .. ':slots', '-inf', now, 'LIMIT', 0, MOST)) do name(lapsed, call, slot) end
  if sleepsInVain(C, call) then dismissWaiter(C, C .. ':slots') end
  local slot = keepPollSlot(call)
  if slot then name(found, call, slot) end
end

for lane in string.gmatch(ARGV[2], '[^,]+') do
  sweepOrder(lane)
  sweepLane(lane)
end
for _, slot in ipairs(order.slots()) do name(found, ownerOf(slot), slot) end
for call in string.gmatch(ARGV[3], '[^,]+') do sweepPoll(call) end
domains.dropOver(5 * MOST)

-- A second is ample for a living process to queue the job of a slot that it minted.
for _, slot in ipairs(redis.call('ZRANGEBYSCORE', P .. 'unacked', '-inf', now - 1000, 'LIMIT', 0, MOST)) do
  redis.call('ZADD', P .. 'unacked', now, slot)
  name(found, ownerOf(slot), slot)
end

for _, leg in ipairs(redis.call('ZRANGEBYSCORE', P .. 'unstaged', '-inf', now, 'LIMIT', 0, 10)) do
  local fields = redis.call('HMGET', P .. 'leg:' .. leg, 'id', 'head', 'body')
  if fields[3] then
    redis.call('ZADD', P .. 'unstaged', now + LEASE_MS, leg)
    for i = 1, 3 do unstaged[#unstaged + 1] = fields[i] end
  else
    redis.call('ZREM', P .. 'unstaged', leg)
  end
end

-- The list of intents loses those whose legs are past retention; a part of it at each sweep.
local scan = redis.call('ZSCAN', P .. 'intents', redis.call('HGET', P .. 'account', 'intentsCursor') or '0', 'COUNT', MOST)
redis.call('HSET', P .. 'account', 'intentsCursor', scan[1])
for i = 1, #scan[2], 2 do
  if redis.call('EXISTS', P .. 'intent:' .. scan[2][i]) == 0 then redis.call('ZREM', P .. 'intents', scan[2][i]) end
end
return { found, lapsed, unstaged, resent, elsewhereReply(), milestones }
