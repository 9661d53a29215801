-- tasks: what the provider still has to tell of a batch, and when it is asked.
local function dropTask(ref)
  local json = redis.call('HGET', P .. 'tasks', ref)
  if not json then return false end
  local task = cjson.decode(json)
  redis.call('HDEL', P .. 'tasks', ref)
  redis.call('HDEL', P .. 'asked:' .. task.id, ref)
  redis.call('ZREM', P .. 'poll:' .. task.call .. ':due', ref)
  return true
end

-- askedMs: when the provider was last asked for it; nil: never yet. While it waits for its query it can be found
-- by its provider's id, so that a hint can hurry it.
local function addTask(number, json, dueMs, askedMs)
  local ref = number .. '.' .. redis.call('HINCRBY', P .. 'batch:' .. number, 'taskNo', 1)
  local task = cjson.decode(json)
  redis.call('HSET', P .. 'tasks', ref, json)
  redis.call('HSET', P .. 'asked:' .. task.id, ref, askedMs or 0)
  -- Due times meet on half seconds, so that one query takes many tasks.
  local due = math.ceil(dueMs / 500) * 500
  redis.call('ZADD', P .. 'poll:' .. task.call .. ':due', due, ref)
  redis.call('HINCRBY', P .. 'batch:' .. number, 'tasks', 1)
end

-- A task as the submit's answer named it: the batch remembers it, for when the way through it has led past some item.
local function addFirstTask(number, json, dueMs)
  redis.call('RPUSH', P .. 'batch:' .. number .. ':asks', json)
  addTask(number, json, dueMs)
end

-- Everything was asked to its end, and some item was not named: a list may show it later. Calls visit(call) for each.
local function askAgain(number, dueMs, visit)
  for _, json in ipairs(redis.call('LRANGE', P .. 'batch:' .. number .. ':asks', 0, -1)) do
    addTask(number, json, dueMs, now)
    visit(cjson.decode(json).call)
  end
end
