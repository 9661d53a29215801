-- enqueue: lets keys of one leg and lane wait for their seal. A key that waits already gains an interest;
-- a new one joins the FIFO of its class × producer × group. positions, digests and groups run in parallel;
-- neighbours of one group are pushed together. Returns how many merged into waiting keys.
local function enqueue(leg, lane, class, producer, positions, digests, groups)
  local L = laneKey(lane)
  local letters = {}
  local states = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', positions[1], positions[#positions])
  for i, pos in ipairs(positions) do letters[i] = string.sub(states, pos - positions[1] + 1, pos - positions[1] + 1) end

  local refs = redis.call('HMGET', L .. ':keys', unpack(digests))
  local index, run, runGroup = {}, {}, nil
  local merged = 0

  local function pushRun()
    if #run == 0 then return end
    local C = L .. ':' .. class
    local length = redis.call('RPUSH', C .. ':q:' .. producer .. ':' .. runGroup, unpack(run))
    if length == #run then joinRing(L, class .. '\t' .. producer .. '\t' .. runGroup) end
    run = {}
  end

  for i, digest in ipairs(digests) do
    if letters[i] == 'p' then
      local mine = leg .. ':' .. positions[i]
      local held = refs[i]
      local push = not held
      if held then
        merged = merged + 1
        local first = refKey(held)
        redis.call('RPUSH', P .. 'more:' .. first, mine)
        local urgent = string.find(held, '!', 1, true) ~= nil
        if class == 'u' and not urgent then
          push, urgent = true, true
        end
        index[#index + 1] = digest
        index[#index + 1] = first .. '+' .. (urgent and '!' or '')
      else
        index[#index + 1] = digest
        index[#index + 1] = mine .. (class == 'u' and '!' or '')
      end
      if push then
        if groups[i] ~= runGroup then
          pushRun()
          runGroup = groups[i]
        end
        run[#run + 1] = digest
      end
    end
  end
  pushRun()
  if #index == 0 then return 0 end
  wide('HSET', L .. ':keys', index, 2)
  redis.call('ZADD', L .. ':open:' .. class, 'NX', now, leg)
  if class == 'n' then
    -- Not only where the lane was empty: what is parked or urgent may have come before.
    redis.call('HSETNX', L, 'first', now)
    redis.call('HSET', L, 'last', now)
  end
  return merged
end
