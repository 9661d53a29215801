-- slots: minting the right to one call's work. A slot lives in its owner's zset until its lease ends;
-- `unacked` remembers those whose BullMQ job nobody has seen run yet.
local function mint(slotsKey, name)
  local id = name .. '.' .. newNumber('slots')
  redis.call('ZADD', slotsKey, now + LEASE_MS, id)
  redis.call('ZADD', P .. 'unacked', now, id)
  return id
end

local function endSlot(slotsKey, slot)
  redis.call('ZREM', slotsKey, slot)
  redis.call('ZREM', P .. 'unacked', slot)
end

-- true when the slot is known and its lease runs; the first sight of it proves that its job exists.
local function holdsSlot(slotsKey, slot)
  local lease = redis.call('ZSCORE', slotsKey, slot)
  if not lease or tonumber(lease) < now then
    endSlot(slotsKey, slot)
    return false
  end
  redis.call('ZREM', P .. 'unacked', slot)
  return true
end

-- Ends the slot that sleeps, where there is one: its job finds that out when it wakes up.
local function dismissWaiter(owner, slotsKey)
  local waiter = redis.call('HGET', owner, 'waiter')
  if not waiter then return false end
  endSlot(slotsKey, waiter)
  redis.call('HDEL', owner, 'waiter', 'why', 'until', 'retrying')
  return true
end

-- A lane with work keeps one slot that is not sending: it takes the next batch and mints its successor,
-- so a call never waits for a job to be made, and a blocked lane has just one visible job. `wake`: whoever
-- sleeps would sleep too long: another one takes its place. `ready`: so many are kept.
local function keepLaneSlot(lane, laneLimits, wake, ready)
  -- Nobody has put limits in force yet: the first sweep after that finds the work.
  if not laneLimits then return nil end
  local L = laneKey(lane)
  if redis.call('HLEN', L .. ':keys') + redis.call('ZCARD', L .. ':retry') == 0 then return nil end
  local isWoken = wake and dismissWaiter(L, L .. ':slots')
  local live = redis.call('ZCOUNT', L .. ':slots', now, '+inf')
  local free = live - redis.call('ZCARD', L .. ':sending')
  if (isWoken or free < (ready or 1)) and live < laneLimits.inFlight then return mint(L .. ':slots', lane) end
  return nil
end

-- Does whoever waits for the lane's other work sleep past a batch that is tried again?
local function oversleeps(L)
  local first = redis.call('ZRANGE', L .. ':retry', 0, 0, 'WITHSCORES')
  return first[2] and tonumber(redis.call('HGET', L, 'until') or '0') > tonumber(first[2]) + 500
end

-- The same for one kind of query; whoever sleeps past the first task is replaced.
local function keepPollSlot(call)
  local C = P .. 'poll:' .. call
  local first = redis.call('ZRANGE', C .. ':due', 0, 0, 'WITHSCORES')
  if not first[2] then return nil end
  local wait = redis.call('HMGET', C, 'why', 'until')
  if wait[1] == 'due' and tonumber(wait[2]) > tonumber(first[2]) + 500 then dismissWaiter(C, C .. ':slots') end
  if redis.call('ZCOUNT', C .. ':slots', now, '+inf') > 0 then return nil end
  return mint(C .. ':slots', call)
end

-- Only one slot of a lane or query waits; a second one ends. Returns how long to wait, or nil to end.
local function waitAs(owner, slotsKey, slot, reason, untilMs)
  local waiter = redis.call('HGET', owner, 'waiter')
  if waiter and waiter ~= slot then
    local lease = redis.call('ZSCORE', slotsKey, waiter)
    if lease and tonumber(lease) > now and tonumber(redis.call('HGET', owner, 'until') or '0') <= untilMs then
      endSlot(slotsKey, slot)
      return nil
    end
  end
  -- At most 30 s, so that a lost job is missed soon and a change of state is seen without being told.
  local ms = math.max(1, math.min(untilMs - now, 30000))
  redis.call('HDEL', owner, 'retrying')
  redis.call('HSET', owner, 'waiter', slot, 'why', reason, 'until', untilMs)
  redis.call('ZADD', slotsKey, now + ms + LEASE_MS, slot)
  return ms
end

local function doneWaiting(owner, slot)
  if redis.call('HGET', owner, 'waiter') == slot then redis.call('HDEL', owner, 'waiter', 'why', 'until', 'retrying') end
end
