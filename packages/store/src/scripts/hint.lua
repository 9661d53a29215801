-- hint: the provider says that these tasks are worth asking about. Those that wait become due at once, but none
-- sooner than a pace after it was last asked: a flood of hints costs no query. Tasks that somebody is asking, or
-- that were put off, stay as they are.
-- KEYS[1] the account's prefix; touches asked:*, tasks, poll:*, unacked, account
-- ARGV[1] skew ms  [2] pace ms  [3…] the provider's task ids
-- returns {tasks that are due sooner now, slot, …}        O(ids + tasks that carry them)
-- @include base
-- @include slots
local hurried, calls, slots = 0, {}, {}
for i = 3, #ARGV do
  local asked = redis.call('HGETALL', P .. 'asked:' .. ARGV[i])
  for j = 1, #asked, 2 do
    local json = redis.call('HGET', P .. 'tasks', asked[j])
    local call = json and cjson.decode(json).call
    local due = math.max(now, tonumber(asked[j + 1]) + tonumber(ARGV[2]))
    if call and redis.call('ZADD', P .. 'poll:' .. call .. ':due', 'XX', 'LT', 'CH', due, asked[j]) == 1 then
      hurried = hurried + 1
      calls[#calls + 1] = call
    end
  end
end
for _, call in ipairs(calls) do
  local slot = keepPollSlot(call)
  if slot then slots[#slots + 1] = slot end
end
return { hurried, unpack(slots) }
