-- publish: puts an account's limits in force, unless a newer configuration's are.
-- KEYS[1] the account's prefix; touches account, limits
-- ARGV[1] skew ms  [2] revision: when the configuration was written, epoch ms  [3] its digest  [4…] field, JSON, …
-- returns 1: in force; 0: another configuration's are        O(fields)
-- @include base
noticeServer()
local K = P .. 'limits'
local have = redis.call('HMGET', K, 'revisionAt', 'revisionDigest')
if have[2] == ARGV[3] then return 1 end
if have[1] and tonumber(have[1]) > tonumber(ARGV[2]) then return 0 end
redis.call('DEL', K)
redis.call('HSET', K, 'revisionAt', ARGV[2], 'revisionDigest', ARGV[3], unpack(ARGV, 4))
return 1
