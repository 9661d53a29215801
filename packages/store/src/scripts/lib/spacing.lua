-- spacing: a key is not sent again before its last sending is answered, and `resendAfterMs` after that: the provider's
-- list of tasks tells two sendings of a key apart by their time alone. `out` says with which batch a key is under
-- way, from the seal until then. What is popped too soon waits behind that batch, in its order, and returns to the
-- front of its FIFO; it stands in `keys` all the while, so it merges and is cancelled like whatever waits.
-- A key with other options is another key, but not where the list names no ids: it cannot tell their sendings apart.

-- Bytes of a digest without its tag.
local BARE = 16
local spacing = {}
do
  -- Which of the provider's lists tells of a call with these options.
  function spacing.listOf(lookup, options)
    local byOption = have(lookup.callByOption)
    local value = byOption and cjson.decode(options)[byOption.option]
    return byOption and byOption.calls[tostring(value)] or lookup.call
  end

  local function isWithoutIds(limits)
    local lookup = have(limits.lookup)
    return lookup and have(lookup.withoutIds)
  end

  -- What tells keys of one digest apart in `out`: their options, or else the list that tells of them.
  local function markOf(limits, options)
    if not isWithoutIds(limits) then return tagOf(options) end
    local lookup = limits.lookup
    local list = spacing.listOf(lookup, options)
    return list == lookup.call and '' or list
  end

  local function marked(text, mark)
    local digests, sub = {}, string.sub
    for i = 1, #text / BARE do digests[i] = sub(text, BARE * (i - 1) + 1, BARE * i) .. mark end
    return digests
  end

  -- An older program does not know marks: it lets such a batch go and leaves its keys.
  local function dropStale(L, names, batches)
    local isOut, stale = {}, {}
    for i, number in ipairs(batches) do
      if number and isOut[number] == nil then
        isOut[number] = false
        for _, part in ipairs({ ':sending', ':retry', ':resting' }) do
          isOut[number] = isOut[number] or redis.call('ZSCORE', L .. part, number) ~= false
        end
      end
      if number and not isOut[number] then
        stale[#stale + 1] = names[i]
        batches[i] = false
      end
    end
    if #stale > 0 then redis.call('HDEL', L .. ':out', unpack(stale)) end
    return batches
  end

  -- The batches that these keys are under way with, by index; false: none. The keys are of one option set.
  function spacing.batchesOf(L, limits, options, digests)
    if #digests == 0 or redis.call('EXISTS', L .. ':out') == 0 then return {} end
    if not isWithoutIds(limits) then return redis.call('HMGET', L .. ':out', unpack(digests)) end
    local names = marked(spacing.bare(digests), markOf(limits, options))
    return dropStale(L, names, redis.call('HMGET', L .. ':out', unpack(names)))
  end

  local function putOut(L, number, digests)
    -- Redis turns each number into a text, a slow one.
    local out, batch = {}, string.format('%d', number)
    for i = 1, #digests do
      out[2 * i - 1] = digests[i]
      out[2 * i] = batch
    end
    wide('HSET', L .. ':out', out, 2)
  end

  -- A batch keeps the digests of its keys one after the other, without the tag that its options give to all of them,
  -- until they have rested and, where prefetches may wait for it, it has ended.
  function spacing.bare(digests)
    if #digests == 0 or #digests[1] == BARE then return table.concat(digests) end
    local list = {}
    for i, digest in ipairs(digests) do list[i] = string.sub(digest, 1, BARE) end
    return table.concat(list)
  end

  -- The seal: from now on the batch's keys are under way.
  function spacing.begin(L, limits, number, options, digests)
    local mark = markOf(limits, options)
    if mark == tagOf(options) then return putOut(L, number, digests) end
    redis.call('HSET', P .. 'batch:' .. number, 'outMark', mark)
    putOut(L, number, marked(spacing.bare(digests), mark))
  end

  -- An urgent target passes its class on to the batch that it waits behind, which may then use the quota's reserve.
  function spacing.lendClass(L, number)
    local B = P .. 'batch:' .. number
    local b = redis.call('HMGET', B, 'class', 'waits')
    if b[1] ~= 'n' then return end
    redis.call('HSET', B, 'class', 'u')
    if b[2] == 'quota' then redis.call('ZADD', L .. ':retry', 'XX', now, number) end
  end

  -- queue: class TAB producer TAB group
  function spacing.waitBehind(L, number, queue, digests)
    local entries = {}
    for i, digest in ipairs(digests) do entries[i] = queue .. '\n' .. digest end
    redis.call('RPUSH', L .. ':behind:' .. number, unpack(entries))
    redis.call('ZADD', L .. ':behind', 'NX', redis.call('ZSCORE', L .. ':resting', number) or '+inf', number)
    if string.sub(queue, 1, 1) == 'u' then spacing.lendClass(L, number) end
  end

  -- Back to the front, the last one first.
  function spacing.returnWaiting(L, number)
    local run, queue = {}, nil
    local function pushRun()
      putFirst(L, queue, run)
      run = {}
    end
    repeat
      local entries = redis.call('RPOP', L .. ':behind:' .. number, WIDE) or {}
      for _, entry in ipairs(entries) do
        local from, digest = string.match(entry, '^([^\n]*)\n(.*)$')
        if from ~= queue then
          pushRun()
          queue = from
        end
        run[#run + 1] = digest
      end
      pushRun()
    until #entries < WIDE
    redis.call('ZREM', L .. ':behind', number)
  end

  -- The batch's last sending is answered for good.
  function spacing.restKeys(L, number, limits)
    if redis.call('HEXISTS', P .. 'batch:' .. number, 'keys') == 0 or redis.call('EXISTS', L .. ':out') == 0 then return end
    local freeAt = now + (limits and limits.resendAfterMs or 0)
    redis.call('ZADD', L .. ':resting', freeAt, number)
    redis.call('ZADD', L .. ':behind', 'XX', freeAt, number)
  end

  -- As long as a provider can be asked about a batch (3 days at most providers, 30 at one).
  local KEPT_MS = 3 * 86400000

  -- Nothing asks for the batch's digests any more, but perhaps its own end, or the keys' rest. Not before both it begins to
  -- expire: Redis would forget what is under way when its clock is set ahead.
  function spacing.dropKeys(L, number)
    local B = P .. 'batch:' .. number
    local b = redis.call('HMGET', B, 'state', 'lane')
    if redis.call('ZSCORE', L .. ':resting', number) or redis.call('ZSCORE', L .. ':known', number) then
      if b[1] == 'ended' then redis.call('ZADD', L .. ':ended', now + LOOK_MS, number) end
      return
    end
    if b[1] == 'ended' or (b[2] and not laneAfter(b[2])) then redis.call('HDEL', B, 'keys') end
    if b[1] == 'ended' then redis.call('PEXPIRE', B, KEPT_MS) end
    redis.call('ZREM', L .. ':ended', number)
  end

  -- An older program lets an ended batch go and does not make it expire: it did so when the batch ended.
  function spacing.dropEnded(L, most)
    for _, number in ipairs(redis.call('ZRANGEBYSCORE', L .. ':ended', '-inf', now, 'LIMIT', 0, most)) do
      spacing.dropKeys(L, number)
    end
  end

  -- Keys that have rested long enough may be sent again; at most `most` of them and their batch's, whose order stays.
  function spacing.freeRested(L, most)
    local rested, batches = redis.call('ZRANGEBYSCORE', L .. ':resting', '-inf', now, 'LIMIT', 0, 20), {}
    for i, number in ipairs(rested) do
      batches[i] = redis.call('HMGET', P .. 'batch:' .. number, 'keys', 'options', 'outMark')
      most = most - #(batches[i][1] or '') / BARE
      if most < 0 then break end
    end
    for i = #batches, 1, -1 do
      local number, b = rested[i], batches[i]
      if b[1] then wide('HDEL', L .. ':out', marked(b[1], b[3] or tagOf(b[2]))) end
      redis.call('ZREM', L .. ':resting', number)
      spacing.dropKeys(L, number)
      spacing.returnWaiting(L, number)
    end
  end

  -- A part of a split batch takes over the keys of its items.
  function spacing.inheritKeys(L, number, child, part)
    local b = redis.call('HMGET', P .. 'batch:' .. number, 'keys', 'options', 'outMark')
    if not b[1] then return end
    local keys = {}
    for i, at in ipairs(part) do keys[i] = string.sub(b[1], BARE * (at - 1) + 1, BARE * at) end
    local text = table.concat(keys)
    redis.call('HSET', P .. 'batch:' .. child, 'keys', text)
    if b[3] then redis.call('HSET', P .. 'batch:' .. child, 'outMark', b[3]) end
    if redis.call('EXISTS', L .. ':out') == 1 then putOut(L, child, marked(text, b[3] or tagOf(b[2]))) end
  end

  -- When the first of what waits behind a batch may go, or is worth a look; nil: nothing waits so.
  function spacing.behindUntil(L)
    local first = redis.call('ZRANGE', L .. ':behind', 0, 0, 'WITHSCORES')
    if not first[1] then return nil end
    if first[2] ~= 'inf' then return tonumber(first[2]) end
    -- Not answered yet; whoever writes the answer wakes the lane.
    local due = redis.call('ZSCORE', L .. ':sending', first[1]) or redis.call('ZSCORE', L .. ':retry', first[1])
    return math.max(tonumber(due or '0'), now + 1000)
  end

  function spacing.countBehind(L)
    local count = 0
    for _, number in ipairs(redis.call('ZRANGE', L .. ':behind', 0, -1)) do
      count = count + redis.call('LLEN', L .. ':behind:' .. number)
    end
    return count
  end
end
