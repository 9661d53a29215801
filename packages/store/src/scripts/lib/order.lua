-- order: a prefetch is not sent before every purge that was staged earlier and overlaps it is confirmed; where one
-- of them ends otherwise the prefetch fails with it. A prefetch that has to wait stands in `keys` (so it merges, is
-- cancelled and counted) but in no FIFO, `~<barrier>` behind its ref. `order` holds the barrier:
-- `staged ms TAB producer TAB group TAB purges it waits for NEWLINE digest`. `after` tells of a purge which barriers
-- it is in. What is staged behind purges that the first generation does not wait for makes a second one in `next`:
-- it gathers what comes later and takes the first one's place in `keys` when that leaves, so that a page purged
-- again and again is prefetched after each of the purges that came through.
-- A purge that joined a barrier after its first `from` interests is written `ref/from`: where it fails they do not.
-- Purges that reach a whole host are waited for through a gate, so that many of them and many prefetches do not make
-- a list each: `gates` holds it under `g<number>`, a barrier without a digest whose producer is the host, and the
-- host's newest one under `@<host>`.
local released, order = {}, {}
do
  local function barrierKey(L, id) return L .. (string.sub(id, 1, 1) == 'g' and ':gates' or ':order') end

  function order.idOf(held) return string.match(held, '~(%d+)$') end

  local function splitBarrier(text)
    local at, producer, group, purges, digest = string.match(text, '^(%d+)\t([^\t]*)\t([^\t]*)\t([^\n]*)\n(.*)$')
    local list = {}
    for ref, from in string.gmatch(purges, '([^/%s]+)/?(%d*)') do list[#list + 1] = { ref = ref, from = tonumber(from) or 0 } end
    return { at = at, producer = producer, group = group, purges = list, digest = digest }
  end

  function order.text(barrier)
    local purges = {}
    for i, purge in ipairs(barrier.purges) do purges[i] = purge.ref .. (purge.from > 0 and '/' .. purge.from or '') end
    return table.concat({ barrier.at, barrier.producer, barrier.group, table.concat(purges, ' ') }, '\t') .. '\n' .. barrier.digest
  end

  function order.read(L, id)
    local text = redis.call('HGET', barrierKey(L, id), id)
    return text and splitBarrier(text) or nil
  end

  -- Receipts tell apart what waits for its order: '1' at its position.
  function order.flag(ref, flag)
    local leg, pos = splitRef(ref)
    local K = P .. 'leg:' .. leg
    if flag == '1' or redis.call('EXISTS', K .. ':o') == 1 then redis.call('SETRANGE', K .. ':o', pos, flag) end
  end

  -- held: as it stands in `keys` or `next`.
  local function unmarkOrdered(held)
    local ref = refKey(held)
    order.flag(ref, '0')
    for _, other in ipairs(redis.call('LRANGE', P .. 'more:' .. ref, 0, -1)) do order.flag(other, '0') end
  end

  -- Nothing holds it back any more: it joins its FIFO.
  local function release(lane, id, held, barrier)
    local L, digest = laneKey(lane), barrier.digest
    local class = string.find(held, '!', 1, true) and 'u' or 'n'
    redis.call('HSET', L .. ':keys', digest, (string.gsub(held, '~%d+$', '')))
    redis.call('HDEL', L .. ':order', id)
    unmarkOrdered(held)
    local queue = class .. '\t' .. barrier.producer .. '\t' .. barrier.group
    if redis.call('RPUSH', L .. ':' .. class .. ':q:' .. barrier.producer .. ':' .. barrier.group, digest) == 1 then joinRing(L, queue) end
    carry.toOthers(L, queue, held, digest)
    if class == 'n' then
      redis.call('HSETNX', L, 'first', barrier.at)
      redis.call('HSETNX', L, 'last', barrier.at)
    end
    released[lane] = true
  end

  -- These keys have left `keys`, each named once: what waited as their second generation comes in, in their order.
  function order.bringNext(lane, digests)
    local L = laneKey(lane)
    local waiting = readFields(L, ':next', digests)
    if not next(waiting) then return end
    for _, digest in ipairs(digests) do
      local held = waiting[digest]
      if held then
        redis.call('HDEL', L .. ':next', digest)
        redis.call('HSET', L .. ':keys', digest, held)
        local id = order.idOf(held)
        local barrier = order.read(L, id)
        if #barrier.purges == 0 then release(lane, id, held, barrier) end
      end
    end
  end

  local ENDED = { f = 'failed', n = 'ended unconfirmed', x = 'was cancelled' }

  -- why: the purge's own reason, JSON, where it has one.
  function order.failure(letter, why)
    local text = 'The purge that it waited for ' .. ENDED[letter]
    if why then
      local reason = cjson.decode(why)
      text = text .. ': ' .. reason[1] .. (reason[2] ~= '' and ': ' .. reason[2] or '')
    end
    return cjson.encode({ 'purge-failed', text })
  end

  local function failRefs(lane, refs, reason)
    local reasons = {}
    for i = 1, #refs do reasons[i] = reason end
    mark(lane, refs, 'f', nil, reasons, totalsIn(lane))
  end

  -- Where a generation stands, and how.
  local function findGeneration(lane, id, barrier)
    for _, part in ipairs({ ':keys', ':next' }) do
      local held = redis.call('HGET', laneKey(lane) .. part, barrier.digest)
      if held and order.idOf(held) == id then return part, held end
    end
  end

  -- The barrier's mark is gone from its key: a program that does not know barriers has rewritten it. Nothing but the
  -- barrier holds it back, so it goes rather than wait for ever.
  local function releaseUnmarked(lane, id, barrier)
    local held = redis.call('HGET', laneKey(lane) .. ':keys', barrier.digest)
    if held and not order.idOf(held) then return release(lane, id, held, barrier) end
    redis.call('HDEL', laneKey(lane) .. ':order', id)
  end

  -- One purge less to wait for. With the last one the generation goes, unless another one is before it.
  local function lowerBarrier(lane, id, barrier)
    local part, held = findGeneration(lane, id, barrier)
    if part == ':keys' and #barrier.purges == 0 then
      release(lane, id, held, barrier)
    elseif not part and #barrier.purges == 0 then
      releaseUnmarked(lane, id, barrier)
    else
      redis.call('HSET', laneKey(lane) .. ':order', id, order.text(barrier))
    end
  end

  -- The interests that wait for the failed purge fail; where all of a generation do, the next one takes its place.
  local function failInterests(lane, id, barrier, failed, reason)
    local L = laneKey(lane)
    local part, held = findGeneration(lane, id, barrier)
    if not part then return releaseUnmarked(lane, id, barrier) end
    if failed.from > 0 then
      local key = P .. 'more:' .. refKey(held)
      failRefs(lane, redis.call('LRANGE', key, failed.from - 1, -1), reason)
      if failed.from == 1 then redis.call('DEL', key) else redis.call('LTRIM', key, 0, failed.from - 2) end
      local kept = {}
      for _, purge in ipairs(barrier.purges) do
        if purge.from < failed.from then kept[#kept + 1] = purge end
      end
      barrier.purges = kept
      return lowerBarrier(lane, id, barrier)
    end
    redis.call('HDEL', L .. ':order', id)
    redis.call('HDEL', L .. part, barrier.digest)
    failRefs(lane, { held }, reason)
    if part == ':keys' then order.bringNext(lane, { barrier.digest }) end
  end

  -- Takes a purge out of a barrier; returns it as it stood there.
  local function takeOut(barrier, ref)
    for i, purge in ipairs(barrier.purges) do
      if purge.ref == ref then return table.remove(barrier.purges, i) end
    end
  end

  -- Purges of whom prefetches of this lane may wait have ended: reasons[i] is false where it was confirmed.
  function order.endPurges(lane, purges, reasons)
    local L = laneKey(lane)
    local after, gates, gateReasons = readFields(L, ':after', purges), {}, {}
    for i, purge in ipairs(purges) do
      local reason = reasons[i]
      if after[purge] then redis.call('HDEL', L .. ':after', purge) end
      -- What nobody asked for fails nobody: the URLs that it was for are purged themselves.
      if after[purge] and reason and rolled.is(purge) then reason = false end
      for id in string.gmatch(after[purge] or '', '%S+') do
        local barrier = order.read(L, id)
        local ended = barrier and takeOut(barrier, purge)
        if ended then
          if barrier.digest == '' and (reason or #barrier.purges == 0) then
            local pointer = '@' .. barrier.producer
            redis.call('HDEL', L .. ':gates', id)
            if redis.call('HGET', L .. ':gates', pointer) == id then redis.call('HDEL', L .. ':gates', pointer) end
            gates[#gates + 1] = id
            gateReasons[#gates] = reason
          elseif barrier.digest == '' then
            redis.call('HSET', L .. ':gates', id, order.text(barrier))
          elseif reason then
            failInterests(lane, id, barrier, ended, reason)
          else
            lowerBarrier(lane, id, barrier)
          end
        end
      end
    end
    if #gates > 0 then order.endPurges(lane, gates, gateReasons) end
  end

  -- Another ref stands for the purge's key from now on; barriers may wait for that one as well.
  function order.rename(lane, from, to)
    local L = laneKey(lane)
    local ids = redis.call('HGET', L .. ':after', from)
    if not ids then return end
    local others = redis.call('HGET', L .. ':after', to)
    redis.call('HDEL', L .. ':after', from)
    redis.call('HSET', L .. ':after', to, others and others .. ' ' .. ids or ids)
    for id in string.gmatch(ids, '%S+') do
      local barrier = order.read(L, id)
      local renamed = barrier and takeOut(barrier, from)
      if renamed then
        local other = takeOut(barrier, to)
        table.insert(barrier.purges, { ref = to, from = other and math.min(other.from, renamed.from) or renamed.from })
        redis.call('HSET', barrierKey(L, id), id, order.text(barrier))
      end
    end
  end

  -- The first `gone` interests of a generation have been cancelled.
  function order.shift(lane, id, gone)
    local L = laneKey(lane)
    local barrier = order.read(L, id)
    for _, purge in ipairs(barrier.purges) do purge.from = math.max(0, purge.from - gone) end
    redis.call('HSET', L .. ':order', id, order.text(barrier))
  end

  -- A purge that left its lane unsealed: nobody wants it any more.
  function order.endUnsealed(lane, refs)
    local after = laneAfter(lane)
    if not after or #refs == 0 then return end
    local reasons = {}
    for i = 1, #refs do reasons[i] = order.failure('x') end
    order.endPurges(after, refs, reasons)
  end

  -- How many keys of `keys` wait for their order.
  function order.count(L)
    return redis.call('HLEN', L .. ':order') - redis.call('HLEN', L .. ':next')
  end

  -- Slots for lanes whose work has been released: who sleeps there does so for want of it.
  function order.slots()
    local slots = {}
    for lane in pairs(released) do
      local slot = keepLaneSlot(lane, limitsOf('lane:' .. lane), redis.call('HGET', laneKey(lane), 'retrying'))
      if slot then slots[#slots + 1] = slot end
    end
    return slots
  end
end
