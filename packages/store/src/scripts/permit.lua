-- permit: another permit for a call whose first one was too old when its bytes were ready.
-- KEYS[1] the account's prefix; touches account, limits, hold:*, gate:*
-- ARGV[1] skew ms  [2] call  [3] the grant that was not used, or ''
-- returns {how long to wait, ms, 0}, or {0, when it was granted}        O(grants since the unused one)
-- @include base
-- @include gate
if ARGV[3] ~= '' then giveBack(ARGV[2], ARGV[3]) end
local waitMs, _, _, grantedAt = permit(ARGV[2], limitsOf('call:' .. ARGV[2]), true)
return { waitMs, grantedAt or 0 }
