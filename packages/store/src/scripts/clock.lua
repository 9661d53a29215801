-- clock: tells the account's time. Where the caller has seen Redis's clock set, the time goes on from where it was.
-- KEYS[1] the account's prefix; touches account
-- ARGV[1] skew ms  [2] the shift that was in force when the caller saw that, or ''  [3] what the time is, ms
-- returns {time, shift}        O(1)
-- @include base
if ARGV[2] ~= '' and tonumber(ARGV[2]) == shift then
  local by = tonumber(ARGV[3]) - now
  shift, now = shift + by, now + by
  -- Was the server asleep, then the provider's clock went on: nobody knows by how much until its next answer.
  redis.call('HSET', P .. 'account', 'shiftMs', shift, 'skewDoubtMs', math.abs(by))
end
return { now, shift }
