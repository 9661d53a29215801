-- pause: submits of the account stop; polls go on.
-- KEYS[1] the account's prefix; touches account
-- ARGV[1] skew ms
-- returns 'OK'        O(1)
-- @include base
redis.call('HSET', P .. 'account', 'paused', now)
return 'OK'
