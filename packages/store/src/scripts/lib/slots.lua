-- slots: minting the right to one call's work. A slot lives in its owner's zset until its lease ends;
-- `unacked` remembers those whose BullMQ job nobody has seen run yet.
local function mint(slotsKey, name)
  local id = name .. '.' .. redis.call('HINCRBY', P .. 'account', 'slots', 1)
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

-- A lane with work keeps one slot that is not sending: it takes the next batch and mints its successor,
-- so a call never waits for a job to be made, and a blocked lane has just one visible job.
local function keepLaneSlot(lane, laneLimits, force)
  -- Nobody has put limits in force yet: the first sweep after that finds the work.
  if not laneLimits then return nil end
  local L = laneKey(lane)
  local retry = redis.call('ZCARD', L .. ':retry')
  if redis.call('HLEN', L .. ':keys') + retry == 0 then return nil end
  local live = redis.call('ZCOUNT', L .. ':slots', now, '+inf')
  local free = live - redis.call('ZCARD', L .. ':sending')
  local most = laneLimits.inFlight + (force and 1 or 0)
  if live < most and (force or free < 1) then return mint(L .. ':slots', lane) end
  return nil
end

-- The same for one kind of query, unless the slot that waits wakes up in time for the first task. Slots that
-- sleep longer are of no use now; they end by themselves, and MOST_POLL_SLOTS bounds them.
local MOST_POLL_SLOTS = 4
local function keepPollSlot(call)
  local C = P .. 'poll:' .. call
  local first = redis.call('ZRANGE', C .. ':due', 0, 0, 'WITHSCORES')
  if not first[2] then return nil end
  local waiter = redis.call('HMGET', C, 'waiter', 'until')
  local lease = waiter[1] and redis.call('ZSCORE', C .. ':slots', waiter[1])
  if lease and tonumber(lease) > now and tonumber(waiter[2]) <= tonumber(first[2]) + 500 then return nil end
  if redis.call('ZCOUNT', C .. ':slots', now, '+inf') >= MOST_POLL_SLOTS then return nil end
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
