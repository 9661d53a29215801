-- order: a prefetch is not sent before every purge that was staged earlier and overlaps it is confirmed; where one
-- of them ends otherwise the prefetch fails with it. A prefetch that has to wait stands in `keys` (so it merges, is
-- cancelled and counted) but in no FIFO, `~<barrier>` behind its ref. `order` holds the barrier:
-- `staged ms TAB producer TAB group TAB purges it waits for NEWLINE digest`. `after` tells of a purge which barriers
-- it is in. What is staged behind purges that the first generation does not wait for makes a second one in `next`:
-- it gathers what comes later and takes the first one's place in `keys` when that leaves, so that a page purged
-- again and again is prefetched after each of the purges that came through.
-- Purges that reach a whole host are waited for through a gate, so that many of them and many prefetches do not make
-- a list each: `gates` holds it under `g<number>`, a barrier without a digest whose producer is the host, and the
-- host's newest one under `@<host>`.
local released, failedAfter = {}, {}

local function barrierKey(L, id) return L .. (string.sub(id, 1, 1) == 'g' and ':gates' or ':order') end

local function barrierIdOf(held) return string.match(held, '~(%d+)$') end

local function splitBarrier(text)
  local at, producer, group, purges, digest = string.match(text, '^(%d+)\t([^\t]*)\t([^\t]*)\t([^\n]*)\n(.*)$')
  local list = {}
  for purge in string.gmatch(purges, '%S+') do list[#list + 1] = purge end
  return { at = at, producer = producer, group = group, purges = list, digest = digest }
end

local function barrierText(barrier)
  return table.concat({ barrier.at, barrier.producer, barrier.group, table.concat(barrier.purges, ' ') }, '\t')
    .. '\n' .. barrier.digest
end

local function readBarrier(L, id)
  local text = redis.call('HGET', barrierKey(L, id), id)
  return text and splitBarrier(text) or nil
end

-- Receipts tell apart what waits for its order: '1' at its position.
local function markOrdered(ref, flag)
  local leg, pos = splitRef(ref)
  local K = P .. 'leg:' .. leg
  if flag == '1' or redis.call('EXISTS', K .. ':o') == 1 then redis.call('SETRANGE', K .. ':o', pos, flag) end
end

-- held: as it stands in `keys` or `next`.
local function unmarkOrdered(held)
  local ref = refKey(held)
  markOrdered(ref, '0')
  for _, other in ipairs(redis.call('LRANGE', P .. 'more:' .. ref, 0, -1)) do markOrdered(other, '0') end
end

-- Nothing holds it back any more: it joins its FIFO.
local function release(lane, id, held, barrier)
  local L, digest = laneKey(lane), barrier.digest
  local class = string.find(held, '!', 1, true) and 'u' or 'n'
  redis.call('HSET', L .. ':keys', digest, (string.gsub(held, '~%d+$', '')))
  redis.call('HDEL', L .. ':order', id)
  unmarkOrdered(held)
  local fifo = L .. ':' .. class .. ':q:' .. barrier.producer .. ':' .. barrier.group
  if redis.call('RPUSH', fifo, digest) == 1 then joinRing(L, class .. '\t' .. barrier.producer .. '\t' .. barrier.group) end
  if class == 'n' then
    redis.call('HSETNX', L, 'first', barrier.at)
    redis.call('HSETNX', L, 'last', barrier.at)
  end
  released[lane] = true
end

-- These keys have left `keys`: what waited as their second generation comes in.
local function bringNext(lane, digests)
  local L = laneKey(lane)
  local waiting = readFields(L, ':next', digests)
  for digest, held in pairs(waiting) do
    redis.call('HDEL', L .. ':next', digest)
    redis.call('HSET', L .. ':keys', digest, held)
    local id = barrierIdOf(held)
    local barrier = readBarrier(L, id)
    if #barrier.purges == 0 then release(lane, id, held, barrier) end
  end
end

local ENDED = { f = 'failed', n = 'ended unconfirmed', x = 'was cancelled' }

-- why: the purge's own reason, JSON, where it has one.
local function purgeFailed(letter, why)
  local text = 'The purge that it waited for ' .. ENDED[letter]
  if why then
    local reason = cjson.decode(why)
    text = text .. ': ' .. reason[1] .. (reason[2] ~= '' and ': ' .. reason[2] or '')
  end
  return cjson.encode({ 'purge-failed', text })
end

-- Every interest of the generation fails; where it stood the next one comes in.
local function failGeneration(lane, id, barrier, reason)
  local L, digest = laneKey(lane), barrier.digest
  redis.call('HDEL', L .. ':order', id)
  for _, part in ipairs({ ':keys', ':next' }) do
    local held = redis.call('HGET', L .. part, digest)
    if held and barrierIdOf(held) == id then
      local totals = {}
      redis.call('HDEL', L .. part, digest)
      mark(lane, { held }, 'f', nil, { reason }, totals)
      failedAfter[lane] = (failedAfter[lane] or 0) + (totals.f or 0)
      if part == ':keys' then bringNext(lane, { digest }) end
      return
    end
  end
end

local function without(list, one)
  local kept = {}
  for _, each in ipairs(list) do
    if each ~= one then kept[#kept + 1] = each end
  end
  return kept
end

-- Purges of whom prefetches of this lane may wait have ended: reasons[i] is false where it was confirmed.
local function endPurges(lane, purges, reasons)
  local L = laneKey(lane)
  local after, gates, gateReasons = readFields(L, ':after', purges), {}, {}
  for i, purge in ipairs(purges) do
    if after[purge] then redis.call('HDEL', L .. ':after', purge) end
    for id in string.gmatch(after[purge] or '', '%S+') do
      local barrier = readBarrier(L, id)
      if barrier then
        barrier.purges = without(barrier.purges, purge)
        local held = redis.call('HGET', L .. ':keys', barrier.digest)
        if barrier.digest == '' and (reasons[i] or #barrier.purges == 0) then
          local pointer = '@' .. barrier.producer
          redis.call('HDEL', L .. ':gates', id)
          if redis.call('HGET', L .. ':gates', pointer) == id then redis.call('HDEL', L .. ':gates', pointer) end
          gates[#gates + 1] = id
          gateReasons[#gates] = reasons[i]
        elseif reasons[i] then
          failGeneration(lane, id, barrier, reasons[i])
        elseif #barrier.purges == 0 and held and barrierIdOf(held) == id then
          release(lane, id, held, barrier)
        else
          redis.call('HSET', barrierKey(L, id), id, barrierText(barrier))
        end
      end
    end
  end
  if #gates > 0 then endPurges(lane, gates, gateReasons) end
end

-- Another ref stands for the purge's key from now on.
local function renamePurge(lane, from, to)
  local L = laneKey(lane)
  local ids = redis.call('HGET', L .. ':after', from)
  if not ids then return end
  redis.call('HDEL', L .. ':after', from)
  redis.call('HSET', L .. ':after', to, ids)
  for id in string.gmatch(ids, '%S+') do
    local barrier = readBarrier(L, id)
    if barrier then
      barrier.purges = without(barrier.purges, from)
      barrier.purges[#barrier.purges + 1] = to
      redis.call('HSET', barrierKey(L, id), id, barrierText(barrier))
    end
  end
end

-- A purge that left its lane unsealed: nobody wants it any more.
local function endUnsealed(lane, refs)
  local after = laneAfter(lane)
  if not after or #refs == 0 then return end
  local reasons = {}
  for i = 1, #refs do reasons[i] = purgeFailed('x') end
  endPurges(after, refs, reasons)
end

-- How many keys of `keys` wait for their order.
local function countOrdered(L)
  return redis.call('HLEN', L .. ':order') - redis.call('HLEN', L .. ':next')
end

-- Slots for lanes whose work has been released: who sleeps there does so for want of it.
local function releasedSlots()
  local slots = {}
  for lane in pairs(released) do
    local slot = keepLaneSlot(lane, limitsOf('lane:' .. lane), redis.call('HGET', laneKey(lane), 'retrying'))
    if slot then slots[#slots + 1] = slot end
  end
  return slots
end

local function failedReply()
  local reply = {}
  for lane, n in pairs(failedAfter) do
    reply[#reply + 1] = lane
    reply[#reply + 1] = n
  end
  return reply
end
