-- cancel: takes one intent's interest out of up to 1,000 unsealed targets of one lane. A key goes with its last
-- interest; until then the next one that waits stands for it. A key whose digest is not found (the cache-key
-- rules have changed) falls out at its seal. Prefetches that wait for a purge that goes fail with it, and what it had
-- absorbed waits for itself again.
-- KEYS[1] the account's prefix; touches intent:*, leg:*, lane:*, more:*, absorbed:*, account, limits, unacked, unstaged
-- ARGV[1] skew ms  [2] intent id  [3] lane  [4] digests, 16 bytes each
-- ARGV[5] runs of one domain: domain TAB count NEWLINE …  [6…] positions
-- returns {targets cancelled, {slots}, {lane, letter, n, …}, {intent id, op, stage, ms, …}}        O(positions + cancelled interests)
-- @include base
-- @include slots
-- @include mark
-- @include clear
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
-- @include origin
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return { 0, {}, {}, {} } end
local lane = ARGV[3]
local L = laneKey(lane)
local tag = tagOf(redis.call('HGET', P .. 'leg:' .. leg, 'o:' .. lane) or '{}')
local refs = {}
for i = 6, #ARGV do refs[i - 5] = leg .. ':' .. ARGV[i] end
local hosts = {}
for domain, n in string.gmatch(ARGV[5], '([^\t\n]*)\t(%d+)\n') do
  for _ = 1, tonumber(n) do hosts[#hosts + 1] = domain end
end
mark(lane, refs, 'x', nil, nil, totalsIn(lane))
local cancelled = totalsIn(lane).x or 0

-- The next interest that still waits, or nil, and how many went before it: those have been cancelled.
local function nextInterest(mine)
  local gone = 0
  while true do
    local other = redis.call('LPOP', P .. 'more:' .. mine)
    gone = gone + 1
    if not other then return nil end
    local otherLeg, pos = splitRef(other)
    if IS_WAITING[redis.call('GETRANGE', P .. 'leg:' .. otherLeg .. ':s', pos, pos)] then return other, gone end
  end
end

-- What stands for the key instead, as `keys` and `next` hold it; nil: nothing.
local function successorOf(held, mine)
  local other, gone = nextInterest(mine)
  if not other then return nil end
  local id = order.idOf(held)
  if id then order.shift(lane, id, gone) end
  local more = redis.call('EXISTS', P .. 'more:' .. mine) == 1
  if more then redis.call('RENAME', P .. 'more:' .. mine, P .. 'more:' .. other) end
  return other .. (more and '+' or '') .. (string.match(held, '[!~].*$') or '')
end

-- What absorbed each of them; false: nothing.
local vias = {}
if redis.call('EXISTS', P .. 'leg:' .. leg .. ':via') == 1 then
  vias = redis.call('HMGET', P .. 'leg:' .. leg .. ':via', unpack(ARGV, 6))
end

-- Where a key may stand: key, field.
local function standsAt(i, digest)
  local spots = { { L .. ':keys', digest }, { L .. ':next', digest } }
  if vias[i] then spots[3] = { P .. 'absorbed:' .. vias[i], lane .. ' ' .. digest } end
  return spots
end

local left, ended = {}, {}
local succeeded, successors = {}, {}
local noted, notedRefs, notedOthers = {}, {}, {}
for i, mine in ipairs(refs) do
  local bareDigest = string.sub(ARGV[4], 16 * i - 15, 16 * i)
  local digest = bareDigest .. tag
  for at, spot in ipairs(standsAt(i, digest)) do
    local key, field = spot[1], spot[2]
    local held = redis.call('HGET', key, field)
    if held and refKey(held) == mine then
      local other = successorOf(held, mine)
      if other then
        redis.call('HSET', key, field, other)
        succeeded[#succeeded + 1] = mine
        successors[#succeeded] = refKey(other)
      else
        redis.call('HDEL', key, field)
        local id = order.idOf(held)
        if id then redis.call('HDEL', L .. ':order', id) end
        if at == 1 then left[#left + 1] = digest end
        local holder = at == 3 and laneOf(splitRef(vias[i]))
        if holder then absorb.count(holder, lane, -1) end
        ended[#ended + 1] = mine
      end
      if laneAfter(lane) then
        if other then order.rename(laneAfter(lane), mine, refKey(other)) end
        if tag ~= '' or REACHES_HOST[lane] or at == 3 then
          noted[#noted + 1] = REACHES_HOST[lane] and hosts[i] or bareDigest
          notedRefs[#noted] = mine
          notedOthers[#noted] = other and refKey(other) or false
        end
      end
    end
  end
end
dropUnderway(L, noted, notedRefs, notedOthers)
order.endUnsealed(lane, ended)
absorb.ended(lane, ended, 'x')
-- Who stands for a key names what that has absorbed: it comes back, and finds the key under its new name.
absorb.settle(lane, succeeded, 'p')
roots.drop(lane, succeeded, successors)
order.bringNext(lane, left)
if redis.call('HLEN', L .. ':keys') == 0 then clearQueues(L) end
forgetHosts(lane)
return { cancelled, order.slots(), elsewhereReply(), milestones }
