-- put_off: a query told nothing (throttled, provider away, credential refused), or not all yet: its tasks are asked later.
-- KEYS[1] the account's prefix; touches account, credentials, limits, hold:*, poll:*
-- ARGV[1] skew ms  [2] call  [3] ms  [4] what stops: '' | throttled | rate | domains | provider | account  [5] ms or reason  [6] account: probe ms; a call: when it was granted, or ''
-- ARGV[7] provider's Date or ''  [8] error code  [9] error message  [10] the credential's fingerprint, or ''
-- ARGV[11…] task refs
-- returns 'OK'        O(refs)
-- @include base
-- @include gate
-- @include stop
local call = ARGV[2]
seen(call, ARGV[7], ARGV[8], ARGV[9])
for i = 11, #ARGV do redis.call('ZADD', P .. 'poll:' .. call .. ':due', 'XX', now + tonumber(ARGV[3]), ARGV[i]) end
local C = P .. 'poll:' .. call
local isKept = ARGV[4] == '' and ARGV[8] == ''
if ARGV[11] and string.sub(ARGV[11], -1) == '?' then
  if isKept then redis.call('HSET', C, 'listing', now + tonumber(ARGV[3])) else redis.call('HDEL', C, 'listing') end
end
if isKept then
  openCall(call)
  welcome(call, ARGV[10])
elseif ARGV[4] == 'account' then
  stopAccount(call, ARGV[5], tonumber(ARGV[6]), ARGV[10])
else
  if ARGV[4] ~= '' then holdCall(call, ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])) end
  notProven(ARGV[10])
end
return 'OK'
