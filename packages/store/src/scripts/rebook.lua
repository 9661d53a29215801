-- rebook: a call left at another time than its grant was booked at.
-- KEYS[1] the account's prefix; touches account, gate:*
-- ARGV[1] skew ms  [2] call  [3] the grant  [4] when its bytes left, at the latest
-- returns 'OK'        O(grants since)
-- @include base
-- @include gate
rebook(ARGV[2], ARGV[3], tonumber(ARGV[4]))
return 'OK'
