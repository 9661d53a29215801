-- accepted: the provider has taken the batch: its tasks are asked for from dueMs on, its keys rest, its rows are known.
-- Items whose letter is not '.' have ended with the answer. Calls queue(slot) for what is to be queued.
local function putAccepted(lane, number, limits, letters, jsons, dueMs, totals, queue)
  local L, B = laneKey(lane), P .. 'batch:' .. number
  redis.call('HSET', B, 'state', 'submitted', 'accepted', now)
  redis.call('ZADD', L .. ':running', now, number)
  spacing.restKeys(L, number, limits)
  -- Nothing is tried again: what that would need is not kept as long as the batch is.
  redis.call('HDEL', B, 'domains', 'producers')
  local spans, ids = not string.find(letters, '[^.]') and redis.call('HGET', B, 'spans'), {}
  if spans then
    markSpans(lane, spans, 'u', totals)
  else
    local refs = {}
    for i, ref in ipairs(redis.call('LRANGE', B .. ':m', 0, -1)) do
      if string.sub(letters, i, i) == '.' then refs[#refs + 1] = ref end
    end
    mark(lane, refs, 'u', nil, nil, totals)
  end
  for i, json in ipairs(jsons) do
    local task = cjson.decode(json)
    ids[i] = task.id
    addFirstTask(number, json, dueMs)
    queue(keepPollSlot(task.call))
  end
  lost.know(L, number, limits, ids)
end
