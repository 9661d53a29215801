-- retry: opens a new life for up to 1,000 failed or unconfirmed targets of one chunk: they count as accepted now.
-- KEYS[1] the account's prefix; touches account, clock, intent:*, intents, leg:*, lane:*, more:*, absorbed:*, limits, batch:*, unacked, unstaged
-- ARGV[1] skew ms  [2] intent id  [3] lane  [4] class u|n  [5] producer  [6] '1': the first of this life
-- ARGV[7] digests, 16 bytes each  [8] runs of one domain: domain TAB count NEWLINE …
-- ARGV[9] prefetch: digests of directories, 16 bytes each, else ''  [10] which of them hold each target: numbers NEWLINE …
-- ARGV[11…] positions, ascending
-- returns {targets, {slots}, {lane, letter, n, …}, {intent id, op, stage, ms, …}}        O(positions)
-- @include base
-- @include slots
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
-- @include blockers
-- @include below
-- @include enqueue
local intent, lane = ARGV[2], ARGV[3]
local leg = redis.call('GET', P .. 'intent:' .. intent)
if not leg then return { 0, {}, {}, {} } end
local K = P .. 'leg:' .. leg
local options = redis.call('HGET', K, 'o:' .. lane) or '{}'
local positions, digests, groups, back = {}, {}, {}, 0
local tag = tagOf(options)
for domain, n in string.gmatch(ARGV[8], '([^\t\n]*)\t(%d+)\n') do
  for _ = 1, tonumber(n) do groups[#groups + 1] = domain .. '|' .. options end
end
local kept, covers, keptCovers = {}, coversOf(lane, ARGV[9], ARGV[10]), nil
if covers then keptCovers = {} end
for i = 11, #ARGV do
  local pos = tonumber(ARGV[i])
  local letter = redis.call('GETRANGE', K .. ':s', pos, pos)
  if letter == 'f' or letter == 'n' then
    redis.call('SETRANGE', K .. ':s', pos, 'p')
    redis.call('HDEL', K .. ':why', pos)
    redis.call('HDEL', K .. ':via', pos)
    order.flag(leg .. ':' .. ARGV[i], '0')
    redis.call('HINCRBY', K, 'n:' .. letter, -1)
    back = back + 1
    positions[back] = pos
    digests[back] = string.sub(ARGV[7], (i - 11) * 16 + 1, (i - 11) * 16 + 16) .. tag
    kept[back] = groups[i - 10]
    if covers then keptCovers[back] = covers[i - 10] end
  end
end
if back == 0 then return { 0, {}, {}, {} } end
totalsIn(lane).p = back
redis.call('HINCRBY', K, 'n:p', back)
redis.call('HINCRBY', K, 'left', back)
redis.call('HINCRBY', K, 'left:' .. lane, back)
redis.call('HINCRBY', P .. 'account', 'pending', back)
if ARGV[6] == '1' then redis.call('HINCRBY', K, 'lives', 1) end
redis.call('HSET', K, 'accepted', now)
-- Whoever tries it anew wants it.
redis.call('HDEL', K, 'rolled')
-- Also for the later chunks of a life: what the first ones brought back may have ended again.
if redis.call('HDEL', K, 'finished') == 1 then
  for _, key in ipairs({ K, K .. ':s', K .. ':b', K .. ':o', K .. ':why', K .. ':via', P .. 'intent:' .. intent }) do redis.call('PERSIST', key) end
  for chunk = 0, tonumber(redis.call('HGET', K, 'chunks')) - 1 do redis.call('PERSIST', K .. ':t:' .. chunk) end
  redis.call('ZADD', P .. 'intents', 'NX', redis.call('HGET', K, 'created'), intent)
end
-- The chunk counts as staged now: nothing that was sealed before covers what came back.
redis.call('HSET', K, 'k:' .. math.floor(positions[1] / CHUNK), redis.call('INCR', P .. 'clock'))
local refs = {}
for i, pos in ipairs(positions) do refs[i] = leg .. ':' .. pos end
enqueue(leg, lane, ARGV[4], ARGV[5], positions, digests, kept, textsOf(refs), keptCovers)
local slots = order.slots()
slots[#slots + 1] = keepLaneSlot(lane, limitsOf('lane:' .. lane), true)
return { back, slots, elsewhereReply(), milestones }
