-- leg: an intent's part in this account, made with its first chunk. Returns its number.
local function makeLeg(intent, head, total, duplicates, chunks, historyMs)
  local leg = redis.call('HINCRBY', P .. 'account', 'legs', 1)
  redis.call('HINCRBY', P .. 'account', 'pending', total)
  redis.call('SET', P .. 'intent:' .. intent, leg)
  redis.call('ZADD', P .. 'intents', now - shift, intent)
  redis.call('HSET', P .. 'leg:' .. leg, 'id', intent, 'head', head, 'total', total, 'dup', duplicates,
    'chunks', chunks, 'history', historyMs, 'created', now - shift, 'lives', 1, 'left', total, 'n:p', total)
  -- What people are shown stays what it was when the clock is set; durations are counted by the account's time.
  if shift ~= 0 then redis.call('HSET', P .. 'leg:' .. leg, 'accepted', now) end
  return leg
end

-- A chunk of it is stored, and queued. Fresh: staged before sealed, by this one clock of the account.
local function queueChunk(leg, chunk, lane, count)
  local K = P .. 'leg:' .. leg
  redis.call('HSET', K, 'k:' .. chunk, redis.call('INCR', P .. 'clock'))
  redis.call('HINCRBY', K, 'left:' .. lane, count)
end
