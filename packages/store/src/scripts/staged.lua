-- staged: every leg of the intent is there, so its body is not needed to finish the staging. A chunk that is
-- held until its time needs the body still.
-- KEYS[1] the account's prefix; touches account, intent:*, leg:*, unstaged
-- ARGV[1] skew ms  [2] intent id
-- returns 1, or 0 for an unknown or held intent        O(chunks)
-- @include base
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return 0 end
local K = P .. 'leg:' .. leg
local fields = redis.call('HMGET', K, 'chunks', 'finished')
for chunk = 0, tonumber(fields[1]) - 1 do
  local progress = redis.call('HGET', K, 'c:' .. chunk)
  if progress and string.sub(progress, 1, 1) == 'h' and not fields[2] then return 0 end
end
redis.call('HDEL', K, 'body')
redis.call('ZREM', P .. 'unstaged', leg)
return 1
