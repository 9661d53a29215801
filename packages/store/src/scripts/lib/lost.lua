-- lost: an attempt whose answer nobody knows is looked up in the provider's list of tasks before it is paid for
-- again. Until the list has told, its batch stands in `unknown`, and among those that are tried again: should its
-- question be lost, it is sent again. `known` holds the batches that were accepted lately: rows may be theirs.

local lost = {}

function lost.ref(number) return number .. '.?' end

-- Asks the list when it must show the batch's tasks; returns the call.
function lost.ask(lane, number, lookup)
  local call, ref = spacing.listOf(lookup, redis.call('HGET', P .. 'batch:' .. number, 'options')), lost.ref(number)
  local due = math.ceil((now + lookup.afterMs) / 500) * 500
  redis.call('HSET', P .. 'tasks', ref, cjson.encode({ call = call, id = ref }))
  redis.call('ZADD', P .. 'poll:' .. call .. ':due', due, ref)
  redis.call('ZADD', laneKey(lane) .. ':retry', due + LOOK_MS, number)
  return call
end

function lost.stopAsking(L, number)
  local ref = lost.ref(number)
  local json = redis.call('HGET', P .. 'tasks', ref)
  if json then redis.call('ZREM', P .. 'poll:' .. cjson.decode(json).call .. ':due', ref) end
  redis.call('HDEL', P .. 'tasks', ref)
  redis.call('ZREM', L .. ':unknown', number)
end

-- Its units may have been spent; those of the next sending are booked anew.
function lost.resend(L, number, atMs)
  settleReservation(P .. 'batch:' .. number, true)
  redis.call('ZADD', L .. ':retry', atMs, number)
end

-- Whether the batch was taken is known to nobody here. Returns the call that will tell; nil: none does, it is sent again.
function lost.begin(lane, number, limits, cause, retryAt)
  local L, B = laneKey(lane), P .. 'batch:' .. number
  redis.call('HSET', B, 'state', 'retry', 'resend', cause, 'missed', now)
  local lookup = limits and have(limits.lookup)
  local sent = redis.call('HGET', B, 'sent')
  -- A batch that an older program sealed does not say when it was sent.
  if not lookup or not sent then
    lost.resend(L, number, retryAt)
    return nil
  end
  redis.call('HSET', B, 'looks', 0)
  redis.call('ZADD', L .. ':unknown', sent, number)
  return lost.ask(lane, number, lookup)
end

-- Is the list still to tell what became of the batch? Where its question was lost, nobody will.
function lost.isAsked(L, number)
  if not redis.call('ZSCORE', L .. ':unknown', number) then return false end
  if redis.call('HEXISTS', P .. 'tasks', lost.ref(number)) == 1 then return true end
  lost.stopAsking(L, number)
  settleReservation(P .. 'batch:' .. number, true)
  return false
end

-- Rows of an accepted batch are its own. An attempt that was under way beside it is looked up when its own deadline
-- has passed and a sweep has seen that.
function lost.know(L, number, limits, ids)
  if not limits or not have(limits.lookup) then return end
  redis.call('HSET', P .. 'batch:' .. number, 'ids', table.concat(ids, '\n'))
  redis.call('ZADD', L .. ':known', now + limitsOf('call:' .. limits.call).timeoutMs + 2 * LEASE_MS, number)
end

-- What was over before the oldest of the attempts that are looked up began is none of theirs: where some answer is
-- always lost, `known` does not grow for ever.
function lost.forget(L, most)
  local oldest = redis.call('ZRANGE', L .. ':unknown', 0, 0, 'WITHSCORES')
  local over = math.min(now, tonumber(oldest[2]) or now)
  for _, number in ipairs(redis.call('ZRANGEBYSCORE', L .. ':known', '-inf', over, 'LIMIT', 0, most)) do
    redis.call('ZREM', L .. ':known', number)
    redis.call('HDEL', P .. 'batch:' .. number, 'ids')
    spacing.dropKeys(L, number)
  end
end
