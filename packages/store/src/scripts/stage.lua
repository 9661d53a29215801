-- stage: stores one chunk of a leg and lets its targets wait for their seal. Idempotent by intent and chunk.
-- The first chunk to come makes the leg, or refuses it when the backlog has no room.
-- KEYS[1] the account's prefix; touches account, intent:*, intents, unstaged, leg:*, lane:*, more:*, absorbed:*, limits, clock, batch:*, unacked
-- ARGV[1] skew ms  [2] intent id  [3] head JSON  [4] targets of the leg  [5] duplicates  [6] chunks of the leg
-- ARGV[7] history ms  [8] room: pending targets the account may have  [9] body JSON to keep, or ''; '.': the leg must stand
-- ARGV[10] ms until rescue looks at the body  [11] not before, by Redis's clock, epoch ms, or 0  [12] chunk number  [13] lane
-- ARGV[14] class u|n  [15] producer  [16] options JSON  [17] digests, 16 bytes each
-- ARGV[18] runs of neighbours with one domain: domain TAB count NEWLINE …
-- ARGV[19] prefetch: digests of directories, 16 bytes each, else ''  [20] which of them hold each target: numbers NEWLINE …
-- ARGV[21] the purge intent whose `then` this is: position by position the same targets, or ''  [22…] the targets' texts
-- returns {'staged', created ms, merged, {slots}, {lane, letter, n, …}, {intent id, op, stage, ms, …}} or {'backlog', pending} or {'gone'}
-- O(targets of the chunk)
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
-- @include leg
local intent, chunk, lane = ARGV[2], tonumber(ARGV[12]), ARGV[13]
local count = #ARGV - 21
local notBefore = tonumber(ARGV[11]) + shift
local held = notBefore > now

local function admitLeg()
  local total = tonumber(ARGV[4])
  local pending = tonumber(redis.call('HGET', P .. 'account', 'pending') or '0')
  if pending + total > tonumber(ARGV[8]) then return nil, pending end
  local leg = makeLeg(intent, ARGV[3], total, ARGV[5], ARGV[6], ARGV[7])
  if ARGV[9] ~= '' then
    redis.call('HSET', P .. 'leg:' .. leg, 'body', ARGV[9])
    redis.call('ZADD', P .. 'unstaged', held and notBefore or now + tonumber(ARGV[10]), leg)
  end
  return leg
end

local leg = redis.call('GET', P .. 'intent:' .. intent)
if not leg then
  if ARGV[9] == '.' then return { 'gone' } end
  local pending
  leg, pending = admitLeg()
  if not leg then return { 'backlog', pending } end
end
local K = P .. 'leg:' .. leg
local created = tonumber(redis.call('HGET', K, 'created'))
local from = chunk * CHUNK
local progress = redis.call('HGET', K, 'c:' .. chunk)
-- Rescue brings a held chunk when its time has come by another account's clock, in a Cluster by another server's.
if held and progress and notBefore - now < 1000 then held = false end
if not progress then
  redis.call('RPUSH', K .. ':t:' .. chunk, unpack(ARGV, 22, 21 + count))
  redis.call('SETRANGE', K .. ':s', from, string.rep('p', count))
  totalsIn(lane).p = count
end
local parent = ARGV[21] ~= '' and redis.call('GET', P .. 'intent:' .. ARGV[21])
local purged = parent and redis.call('GETRANGE', P .. 'leg:' .. parent .. ':s', from, from + count - 1)
if purged and string.find(purged, 'p') then
  -- The purge is held as well, and has not been brought yet.
  held = held or string.sub(redis.call('HGET', P .. 'leg:' .. parent, 'c:' .. chunk) or '', 1, 1) == 'h'
end

-- Targets whose purge has ended already, and not well.
local function failUnpurged()
  local refs, reasons = {}, {}
  for i = 1, #(purged or '') do
    local letter, pos = string.sub(purged, i, i), from + i - 1
    if IS_END[letter] and letter ~= 'c' then
      refs[#refs + 1] = leg .. ':' .. pos
      reasons[#refs] = order.failure(letter, redis.call('HGET', P .. 'leg:' .. parent .. ':why', pos))
    end
  end
  mark(lane, refs, 'f', nil, reasons, totalsIn(lane))
end

local merged = 0
if not progress or (not held and string.sub(progress, 1, 1) == 'h') then
  redis.call('HSET', K, 'c:' .. chunk, (held and 'h' or 'q') .. lane, 'o:' .. lane, ARGV[16])
  if not held then
    local positions, digests, groups, tag = {}, {}, {}, tagOf(ARGV[16])
    local bare, sub, at = ARGV[17], string.sub, 0
    for i = 1, count do
      positions[i] = from + i - 1
      digests[i] = sub(bare, 16 * i - 15, 16 * i) .. tag
    end
    for domain, n in string.gmatch(ARGV[18], '([^\t\n]*)\t(%d+)\n') do
      local group = domain .. '|' .. ARGV[16]
      for i = at + 1, at + tonumber(n) do groups[i] = group end
      at = at + tonumber(n)
    end
    queueChunk(leg, chunk, lane, count)
    failUnpurged()
    merged = enqueue(leg, lane, ARGV[14], ARGV[15], positions, digests, groups, { unpack(ARGV, 22, 21 + count) },
      coversOf(lane, ARGV[19], ARGV[20]))
  end
end
if held then return { 'staged', created, 0, {}, elsewhereReply(), milestones } end
local L, limits = laneKey(lane), limitsOf('lane:' .. lane)
local waiting = redis.call('HMGET', L, 'why', 'retrying')
-- Whoever sleeps for the sake of other work, or of quiet, would sleep too long for this.
local force = waiting[2] or (ARGV[14] == 'u' and (waiting[1] == 'quiet' or waiting[1] == 'quota'))
  or (waiting[1] == 'quiet' and limits and redis.call('HLEN', L .. ':keys') >= limits.batch)
  or (waiting[1] == 'quota' and below.due(lane, limits) ~= nil)
local slots = order.slots()
slots[#slots + 1] = keepLaneSlot(lane, limits, force)
return { 'staged', created, merged, slots, elsewhereReply(), milestones }
