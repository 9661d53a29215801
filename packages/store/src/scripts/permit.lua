-- permit: another permit for a call whose first one was too old when its bytes were ready.
-- KEYS[1] the account's prefix; touches account, limits, hold:*, gate:*
-- ARGV[1] skew ms  [2] call
-- returns how long to wait, ms; 0: granted        O(1)
-- @include base
-- @include gate
local waitMs = permit(ARGV[2], limitsOf('call:' .. ARGV[2]), true)
return waitMs
