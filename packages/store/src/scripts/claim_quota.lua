-- claim_quota: leave for one round of questions about the account's quota, to one process at a time.
-- KEYS[1] the account's prefix; touches account, credentials, limits, lane:*; reads told:*
-- ARGV[1] skew ms  [2] the round's first call  [3] ms for which an answer is good  [4] lease ms  [5] '1': at once
-- ARGV[6] lanes  [7] quota classes, comma-joined  [8] the credential's fingerprint, or ''
-- returns {'ask'} | {'wait', ms, class, limit or '', units left or '', batch or '', …: what was told in the last seconds}
-- O(lanes + classes)
-- @include base
-- @include stop
-- @include runs
-- @include quota
-- However many are refused, one question in so long; the engine waits that long for it.
local RECENT_MS = 3000
-- Whoever waits for quota waits for news of it.
local WAITED_FOR_MS = 60000

local function isWaitedFor()
  for lane in string.gmatch(ARGV[6], '[^,]+') do
    local L = laneKey(lane)
    if redis.call('HGET', L, 'why') == 'quota' or redis.call('EXISTS', L .. ':spent') == 1 then return true end
  end
  return false
end

-- When the next round is due. A lease that has run out was a dead process's: its round is made up for.
local function dueAt()
  local round = redis.call('HMGET', P .. 'account', 'quotaAskedAt', 'quotaLease')
  local asked, lease = tonumber(round[1] or '0'), tonumber(round[2] or '0')
  -- The clock has jumped back: what is ahead of it tells nothing.
  if asked > now then return now end
  if lease > 0 then return lease end
  local every = tonumber(ARGV[3])
  if ARGV[5] == '1' then return asked + math.min(every, RECENT_MS) end
  return asked + (isWaitedFor() and math.min(every, WAITED_FOR_MS) or every)
end

local due = math.max(dueAt(), barredUntil(ARGV[2], ARGV[8]) or 0)
if due > now then
  local reply = { 'wait', due - now }
  for class in string.gmatch(ARGV[7], '[^,]+') do
    local told = redis.call('HMGET', toldKey(class), 'limit', 'remaining', 'batch', 'at')
    if told[4] and now - tonumber(told[4]) <= RECENT_MS then
      for _, value in ipairs({ class, told[1] or '', told[2] or '', told[3] or '' }) do reply[#reply + 1] = value end
    end
  end
  return reply
end
local limits = limitsOf('call:' .. ARGV[2])
bookProbe(ARGV[2], ARGV[8], limits and limits.timeoutMs or 0)
redis.call('HSET', P .. 'account', 'quotaAskedAt', now, 'quotaLease', now + tonumber(ARGV[4]))
return { 'ask' }
