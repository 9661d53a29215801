-- staged: every leg of the intent is there, so its body is not needed to finish the staging.
-- KEYS[1] the account's prefix; touches intent:*, leg:*, unstaged
-- ARGV[1] skew ms  [2] intent id
-- returns 1, or 0 for an unknown intent        O(1)
-- @include base
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return 0 end
redis.call('HDEL', P .. 'leg:' .. leg, 'body')
redis.call('ZREM', P .. 'unstaged', leg)
return 1
