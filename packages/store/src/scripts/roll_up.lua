-- roll_up: makes one purge of a directory of the URLs that wait in it, where there are enough of them and the day has a unit
-- to spare. It is an intent of its own and takes them in at once, up to 1,000; the others find it as they find any wider purge.
-- KEYS[1] the account's prefix; touches account, intent:*, intents, unstaged, leg:*, lane:*, more:*, absorbed:*, limits, clock, batch:*, unacked, quota:*, told:*, hold:*
-- ARGV[1] skew ms  [2] lane of the URLs  [3] directory TAB options JSON  [4] intent id  [5] head JSON  [6] history ms
-- ARGV[7] the directory's digest, 16 bytes  [8] its domain  [9] reset instants, epoch ms, comma-joined, from the last past one on
-- returns {URLs taken in, 0: there are too few, or something is in the way, {slots}, {lane, letter, n, …}, {intent id, op, stage, ms, …}}        O(1,000 keys)
-- @include base
-- @include slots
-- @include mark
-- @include runs
-- @include quota
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
-- @include share
-- @include headroom
-- @include blockers
-- @include below
-- @include enqueue
-- @include look_through
-- @include leg
local lane, name = ARGV[2], ARGV[3]
local L, limits = laneKey(lane), limitsOf('lane:' .. lane)
local directory, options = string.match(name, '^([^\t]*)\t(.*)$')
local setKey, into = below.key(L, name), limits.rollUp and limits.rollUp.into
-- What is in the way now may be out of it soon: until then the URLs go as they are. Others, with other options, may have
-- a day of their own: they are looked at before this one.
local AGAIN_MS = 1000

local function answer(absorbed) return { absorbed, order.slots(), elsewhereReply(), milestones } end
local function notNow()
  redis.call('HSET', L, 'rollUpAt', now + AGAIN_MS)
  redis.call('ZADD', L .. ':rollups', -now, name)
  return answer(0)
end
local function notEnough()
  redis.call('ZREM', L .. ':rollups', name)
  return answer(0)
end

-- Beside what is kept for urgent work, and what directories that wait already will spend.
local function hasUnit(wider)
  local cap = headroomOf(wider, limitsOf('call:' .. wider.call), ARGV[9]).cap(options)
  return math.min(cap.n, cap.share(cjson.decode(ARGV[5]).createdBy)) > redis.call('HLEN', laneKey(into) .. ':keys')
end

-- Up to 1,000 of the URLs that wait; what has gone without a word is forgotten.
local function waiting()
  local digests, items, gone = redis.call('SRANDMEMBER', setKey, WIDE), {}, {}
  local helds = #digests > 0 and redis.call('HMGET', L .. ':keys', unpack(digests)) or {}
  for i, digest in ipairs(digests) do
    if helds[i] then items[#items + 1] = { digest = digest, held = helds[i] } else gone[#gone + 1] = digest end
  end
  wide('SREM', setKey, gone)
  return items
end

local function isNamed()
  for _, each in ipairs(limits.rollUp and limits.rollUp.directories or {}) do
    if each == directory then return true end
  end
  return false
end

local wider = into and limitsOf('lane:' .. into)
if not wider or not isNamed() then return notEnough() end
local enough = math.min(limits.rollUp.atLeast, WIDE)
if redis.call('SCARD', setKey) < limits.rollUp.atLeast then return notEnough() end
-- The directory is not to wait for a call where the URLs would not.
local function openAt(call) return math.max(now, tonumber(redis.call('HGET', P .. 'hold:' .. call, 'openAt') or '0')) end
local isHeld = openAt(wider.call) > openAt(limits.call)
if isHeld or redis.call('HGET', P .. 'account', 'paused') or not hasUnit(wider) then return notNow() end
local items = waiting()
-- Somebody's own purge may reach them already.
local others = cover.isPossible(limits) and takeCovered(lane, limits, items) or {}
wide('SREM', setKey, others)
-- The rest of a large set may be enough: the caller comes again, and each time the set is smaller.
if #items - #others < enough or redis.call('SCARD', setKey) < limits.rollUp.atLeast then return answer(0) end
local digest = ARGV[7] .. tagOf(options)
-- Somebody's own purge of it waits, spelled otherwise, or may not take them in: another one would only join that.
if redis.call('HEXISTS', laneKey(into) .. ':keys', digest) == 1 then return notNow() end

local leg = makeLeg(ARGV[4], ARGV[5], 1, 0, 1, ARGV[6])
local K = P .. 'leg:' .. leg
redis.call('HSET', K, 'rolled', 1, 'c:0', 'q' .. into, 'o:' .. into, options)
redis.call('RPUSH', K .. ':t:0', directory)
redis.call('SETRANGE', K .. ':s', 0, 'p')
totalsIn(into).p = 1
queueChunk(leg, 0, into, 1)
enqueue(leg, into, 'n', carry.producerOf(leg), { 0 }, { digest }, { ARGV[8] .. '|' .. options }, { directory })
local taken = takeCovered(lane, limits, waiting())
redis.call('DEL', setKey)
redis.call('ZREM', L .. ':rollups', name)
released[into] = true
return answer(#taken)
