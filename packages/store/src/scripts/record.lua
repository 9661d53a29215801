-- record: writes what an attempt came to. Refused, without a trace, when another attempt has taken over.
-- KEYS[1] the account's prefix; touches account, credentials, hold:*, held, quota:*, told:*, lane:*, batch:*, leg:*, more:*, absorbed:*, tasks, asked:*, poll:*, window:*, unstaged, intent:*, unacked, limits
-- ARGV[1] skew ms  [2] lane  [3] slot  [4] batch number  [5] attempt
-- ARGV[6] accept | finish | end | retry | split
-- ARGV[7] letters: one an item: its end, or '.' for the verdict's own  [8] reasons: index TAB JSON NEWLINE …
-- ARGV[9] accept: ms until the first query; retry: ms until the next sending; else 0
-- ARGV[10] end: '1' gives the quota back; retry: resend cause or ''
-- ARGV[11] what stops with it: '' | throttled | rate | provider (the call, for ms) | domains (for ms) | quota (classes) | account
-- ARGV[12] ms, or classes: class TAB units left or '' NEWLINE …, or the reason  [13] account: ms until a probe; a call: when it was granted, or ''
-- ARGV[14] call  [15] provider's Date, epoch ms, or ''  [16] error code  [17] error message
-- ARGV[18] the credential's fingerprint, or ''  [19…] tasks, JSON each
-- returns {applied 0|1, {poll and submit slots}, {letter, n, …}, {intent id, op, stage, ms, …}, {other lane, letter, n, …}}
-- O(items + interests)
-- @include base
-- @include slots
-- @include mark
-- @include gate
-- @include stop
-- @include runs
-- @include quota
-- @include ring
-- @include carry
-- @include underway
-- @include spacing
-- @include rolled
-- @include order
-- @include texts
-- @include cover
-- @include raise
-- @include roots
-- @include absorb
-- @include tasks
-- @include ending
-- @include domains
-- @include split
-- @include lost
-- @include accepted
-- @include hurry
local lane, slot, number, verdict = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local L, B = laneKey(lane), P .. 'batch:' .. ARGV[4]
local limits = limitsOf('lane:' .. lane)
local slots, totals = {}, {}
local stops = ARGV[11]

seen(ARGV[14], ARGV[15], ARGV[16], ARGV[17])
local b = redis.call('HMGET', B, 'attempt', 'state')
if b[1] ~= ARGV[5] or b[2] ~= 'sending' then
  -- The same slot may be at work again, in another worker: then it is that one's.
  if redis.call('HEXISTS', P .. 'held', slot) == 0 then endSlot(L .. ':slots', slot) end
  return { 0, {}, {}, {}, {} }
end
endSlot(L .. ':slots', slot)
redis.call('HDEL', P .. 'held', slot)
redis.call('ZREM', L .. ':sending', number)
-- Whoever sleeps until this answer would sleep on.
local awaited = redis.call('ZSCORE', L .. ':behind', number)

local function keep(slot)
  if slot then slots[#slots + 1] = slot end
end

-- Nothing is tried again: what that would need is not kept as long as the batch is.
local function answered()
  spacing.restKeys(L, number, limits)
  redis.call('HDEL', B, 'domains', 'producers')
end

-- What the provider refused of a batch that it took.
local function refusedItems() return select(2, string.gsub(ARGV[7], 'f', '')) end

local function accept()
  settleReservation(B, true, refusedItems())
  putAccepted(lane, number, limits, ARGV[7], { unpack(ARGV, 19) }, now + tonumber(ARGV[9]), totals, keep)
  endItems(number, ARGV[7], reasonsOf(ARGV[8]), totals)
  if #ARGV >= 19 or redis.call('HGET', B, 'state') ~= 'submitted' then return end
  -- Accepted without a task: nobody will ever tell.
  local size, why = tonumber(redis.call('HGET', B, 'size')), {}
  for i = 1, size do why[i] = '["no-task","The provider accepted the call and named no task to ask about."]' end
  endItems(number, string.rep('n', size), why, totals)
end

local function retry()
  local retryAt = now + tonumber(ARGV[9])
  redis.call('HSET', B, 'state', 'retry', 'ready', retryAt)
  if ARGV[10] ~= '' then
    local call = lost.begin(lane, number, limits, ARGV[10], retryAt)
    return call and keep(keepPollSlot(call))
  end
  domains.giveBack(lane, B)
  redis.call('ZADD', L .. ':retry', retryAt, number)
end

-- Around a reset nobody can tell which day is spent: the old one, until the new one's own refusal says otherwise.
local function spentQuota(text)
  local b = redis.call('HMGET', B, 'qDays', 'options', 'left')
  local day = string.match(b[1] or '', '%d+')
  settleReservation(B, false)
  if not day or not limits then return redis.call('ZADD', L .. ':retry', now + 60000, number) end
  local quotas, room = limitsOf('quotas'), math.huge
  for class, remaining in string.gmatch(text, '([^\t\n]+)\t(%d*)\n') do
    local limit = quotaLimit(class, quotas)
    if remaining == '' then
      redis.call('HSET', quotaKey(class, day), 'full', 1)
      keepDay(class, day)
    elseif limit then
      tellRemaining(class, day, limit, tonumber(remaining), true)
    end
  end
  for _, class in ipairs(classesOf(limits, b[2])) do
    local limit = quotaLimit(class, quotas)
    if limit then room = math.min(room, quotaRoom(class, { day }, limit)) end
  end
  -- What is spent is none of this lane's, or not counted: it holds back nothing but this batch.
  if room >= tonumber(b[3]) * limits.unitsPerTarget then redis.call('ZADD', L .. ':retry', now + 60000, number) end
end

-- A share that was given back has room for what waits for another day, in every lane.
local function hurryShares()
  for _, field in ipairs(next(givenBack) and redis.call('HKEYS', P .. 'limits') or {}) do
    local other = string.match(field, '^lane:(.+)$')
    for producer in pairs(other and givenBack or {}) do
      local groups, batches = hurryGroups(laneKey(other), -1, producer), hurryBatches(laneKey(other), WIDE, producer)
      if groups or batches then released[other] = true end
    end
  end
end

if verdict == 'accept' then
  accept()
elseif verdict == 'finish' or verdict == 'end' then
  answered()
  settleReservation(B, ARGV[10] ~= '1', verdict == 'finish' and refusedItems() or 0)
  endItems(number, ARGV[7], reasonsOf(ARGV[8]), totals)
elseif verdict == 'retry' then
  local parts = stops == 'domains' and partsByDomain(B) or {}
  if #parts > 1 then
    -- One of its domains was too much and the answer does not say which: alone, each is told for itself.
    splitBatch(lane, number, parts)
    stops = ''
    openCall(ARGV[14])
  else
    retry()
  end
elseif verdict == 'split' then
  splitBatch(lane, number)
else
  error('record: unknown verdict ' .. verdict)
end

if stops == 'domains' and domains.hold(ARGV[14], B, tonumber(ARGV[12])) then
  redis.call('HSET', B, 'waits', 'rate')
  openCall(ARGV[14])
elseif stops == 'throttled' or stops == 'rate' or stops == 'provider' or stops == 'domains' then
  holdCall(ARGV[14], stops, tonumber(ARGV[12]), tonumber(ARGV[13]))
elseif stops == 'quota' then
  spentQuota(ARGV[12])
elseif stops == 'account' then
  stopAccount(ARGV[14], ARGV[12], tonumber(ARGV[13]), ARGV[18])
elseif verdict ~= 'retry' then
  openCall(ARGV[14])
  welcome(ARGV[14], ARGV[18])
end
if stops ~= '' or verdict == 'retry' then notProven(ARGV[18]) end
hurryShares()
keep(keepLaneSlot(lane, limits, awaited or oversleeps(L)))
for _, slot in ipairs(order.slots()) do keep(slot) end
return { 1, slots, totalsReply(totals), milestones, elsewhereReply() }
