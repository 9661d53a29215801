-- clock: tells the account's time. Where the caller has seen Redis's clock set, the time goes on from where it was.
-- KEYS[1] the account's prefix; touches account, unstaged, leg:*
-- ARGV[1] skew ms  [2] the shift that was in force when the caller saw that, or ''  [3] what the time is, ms
-- returns {time, shift}        O(1); where the clock was set O(legs that are held)
-- @include base
-- A leg is held until an instant of Redis's clock, which comes sooner or later by the account's time now.
local function moveHeld(before)
  for _, leg in ipairs(redis.call('ZRANGEBYSCORE', P .. 'unstaged', string.format('(%.0f', now), '+inf')) do
    local head = redis.call('HGET', P .. 'leg:' .. leg, 'head')
    local notBefore = head and have(cjson.decode(head).notBeforeMs)
    if notBefore and notBefore + before > now then redis.call('ZADD', P .. 'unstaged', 'XX', notBefore + shift, leg) end
  end
end

if ARGV[2] ~= '' and tonumber(ARGV[2]) == shift then
  local before, by = shift, tonumber(ARGV[3]) - now
  shift, now = shift + by, now + by
  redis.call('HSET', P .. 'account', 'shiftMs', shift)
  -- Was the server asleep, then the provider's clock went on: nobody knows by how much until its next answer.
  redis.call('HINCRBY', P .. 'account', 'skewDoubtMs', string.format('%.0f', math.abs(by)))
  moveHeld(before)
end
return { now, shift }
