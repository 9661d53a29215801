-- renew: lapsed slots whose job is alive keep their place; the others end, and their owners get new ones.
-- KEYS[1] the account's prefix; touches lane:*, poll:*, limits, unacked, account
-- ARGV[1] skew ms  [2] how many of the following pairs are alive  [3…] pairs: kind.owner, slot (kind: submit | poll)
-- returns {owner, slot, …} of the minted        O(pairs)
-- @include base
-- @include slots
local minted = {}
local alive = tonumber(ARGV[2])
for i = 3, #ARGV, 2 do
  local kind, owner = string.match(ARGV[i], '^(%a+)%.(.*)$')
  local key = (kind == 'submit' and laneKey(owner) or P .. 'poll:' .. owner)
  if (i - 3) / 2 < alive then
    redis.call('ZADD', key .. ':slots', 'XX', now + LEASE_MS, ARGV[i + 1])
  else
    endSlot(key .. ':slots', ARGV[i + 1])
    local slot
    if kind == 'submit' then slot = keepLaneSlot(owner, limitsOf('lane:' .. owner), false) else slot = keepPollSlot(owner) end
    if slot then
      minted[#minted + 1] = ARGV[i]
      minted[#minted + 1] = slot
    end
  end
end
return minted
