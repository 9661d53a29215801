-- permit: another permit for a call whose first one was too old when its bytes were ready. An attempt that another
-- one has taken over gets none; one that is on record stays so for as long as it asks.
-- KEYS[1] the account's prefix; touches account, credentials, limits, hold:*, gate:*, batch:*, lane:*
-- ARGV[1] skew ms  [2] call  [3] the grant that was not used, or ''  [4] the credential's fingerprint, or ''
-- ARGV[5] how old it may get, ms  [6] batch, or ''  [7] attempt, or ''
-- returns {how long to wait, ms, 0, 0}, or {0, when it was granted, 0}, or {0, 0, 1}: the credential is stopped, or {0, 0, 2}: superseded
-- O(grants since the unused one)
-- @include base
-- @include slots
-- @include gate
-- @include stop
if ARGV[3] ~= '' then giveBack(ARGV[2], ARGV[3]) end
if isStoppedMeanwhile(ARGV[4]) then return { 0, 0, 1 } end
local limits = limitsOf('call:' .. ARGV[2])
if ARGV[6] ~= '' then
  local b = redis.call('HMGET', P .. 'batch:' .. ARGV[6], 'attempt', 'state', 'lane', 'slot')
  if b[1] ~= ARGV[7] or b[2] ~= 'sending' then return { 0, 0, 2 } end
  local deadline = now + limits.timeoutMs + LEASE_MS
  redis.call('ZADD', laneKey(b[3]) .. ':sending', 'XX', deadline, ARGV[6])
  redis.call('ZADD', laneKey(b[3]) .. ':slots', 'XX', deadline, b[4])
end
local waitMs, _, _, grantedAt = permit(ARGV[2], limits, true, tonumber(ARGV[5]))
return { waitMs, grantedAt or 0, 0 }
