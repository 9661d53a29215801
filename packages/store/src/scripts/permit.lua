-- permit: another permit for a call whose first one was too old when its bytes were ready.
-- KEYS[1] the account's prefix; touches account, credentials, limits, hold:*, gate:*
-- ARGV[1] skew ms  [2] call  [3] the grant that was not used, or ''  [4] the credential's fingerprint, or ''
-- returns {how long to wait, ms, 0, 0}, or {0, when it was granted, 0}, or {0, 0, 1}: the credential is stopped        O(grants since the unused one)
-- @include base
-- @include gate
-- @include stop
if ARGV[3] ~= '' then giveBack(ARGV[2], ARGV[3]) end
if isStoppedMeanwhile(ARGV[4]) then return { 0, 0, 1 } end
local waitMs, _, _, grantedAt = permit(ARGV[2], limitsOf('call:' .. ARGV[2]), true)
return { waitMs, grantedAt or 0, 0 }
