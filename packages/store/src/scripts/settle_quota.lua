-- settle_quota: what the provider told of its quota goes into the ledger of its day, downward only, and lanes
-- that waited for quota and have room now are woken.
-- KEYS[1] the account's prefix; touches account, credentials, hold:*, limits, quota:*, told:*, lane:*, batch:*, unacked
-- ARGV[1] skew ms  [2] call  [3] provider's Date, epoch ms, or ''  [4] error code  [5] error message
-- ARGV[6] what stops: '' | throttled | rate | domains | provider | account  [7] ms or reason  [8] account: probe ms; a call: when it was granted, or ''  [9] '1': the round ends
-- ARGV[10] lanes, comma-joined  [11] ms around a reset in which nobody can tell which day is meant
-- ARGV[12] reset instants, epoch ms, comma-joined, from the last past one on
-- ARGV[13] the credential's fingerprint, or ''
-- ARGV[14…] figures: class, limit or '', units left or '', batch or '', …
-- returns {lane, slot, …}        O(lanes + figures + batches that wait for quota)
-- @include base
-- @include slots
-- @include gate
-- @include stop
-- @include runs
-- @include quota
-- @include ring
-- @include hurry
local MOST = 1000
seen(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
if ARGV[9] == '1' then redis.call('HDEL', P .. 'account', 'quotaLease') end
if ARGV[6] == 'account' then
  stopAccount(ARGV[2], ARGV[7], tonumber(ARGV[8]), ARGV[13])
elseif ARGV[6] ~= '' then
  holdCall(ARGV[2], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]))
elseif ARGV[4] == '' then
  openCall(ARGV[2])
  welcome(ARGV[2], ARGV[13])
end
if ARGV[4] ~= '' then notProven(ARGV[13]) end

local resets = {}
for reset in string.gmatch(ARGV[12], '%d+') do resets[#resets + 1] = tonumber(reset) end
local days = guardedDays(resets, tonumber(ARGV[11]))
local quotas = limitsOf('quotas') or { limits = {} }

for i = 14, #ARGV, 4 do
  local class, remaining = ARGV[i], tonumber(ARGV[i + 2])
  redis.call('DEL', toldKey(class))
  redis.call('HSET', toldKey(class), 'at', now)
  for name, value in pairs({ limit = ARGV[i + 1], remaining = ARGV[i + 2], batch = ARGV[i + 3] }) do
    if value ~= '' then redis.call('HSET', toldKey(class), name, value) end
  end
  local limit = quotaLimit(class, quotas)
  -- In the guard both days are under way: the figure could be the other one's.
  if remaining and limit and #days == 1 then
    tellRemaining(class, days[1], limit, remaining)
    redis.call('HDEL', quotaKey(class, days[1]), 'full')
    if quotaRoom(class, days, limit) > 0 then redis.call('HDEL', quotaKey(class, days[1]), 'emptyAt') end
  end
end

local function hasRoom(limits)
  local found = false
  eachClassSet(limits, function(classes)
    local room = math.huge
    for _, class in ipairs(classes) do
      local limit = quotaLimit(class, quotas)
      if limit then room = math.min(room, quotaRoom(class, days, limit)) end
    end
    found = found or room >= limits.unitsPerTarget
  end)
  return found
end

-- Batches and groups that wait for a day that they need not wait for any more.
local function hurry(L)
  local hurried = redis.call('HGET', L, 'why') == 'quota'
  redis.call('HDEL', L, 'spent')
  local batches, groups = hurryBatches(L, MOST), hurryGroups(L, MOST)
  return hurried or batches or groups
end

local minted = {}
for lane in string.gmatch(ARGV[10], '[^,]+') do
  local limits = limitsOf('lane:' .. lane)
  local slot = limits and hasRoom(limits) and hurry(laneKey(lane)) and keepLaneSlot(lane, limits, true)
  if slot then
    minted[#minted + 1] = lane
    minted[#minted + 1] = slot
  end
end
return minted
