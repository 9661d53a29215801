-- record: writes what an attempt came to. Refused, without a trace, when another attempt has taken over.
-- KEYS[1] the account's prefix; touches account, hold:*, held, quota:*, lane:*, batch:*, leg:*, more:*, tasks, poll:*
-- ARGV[1] skew ms  [2] lane  [3] slot  [4] batch number  [5] attempt
-- ARGV[6] accept | finish | end | retry | split
-- ARGV[7] letters: one an item: its end, or '.' for the verdict's own  [8] reasons: index TAB JSON NEWLINE …
-- ARGV[9] accept: ms until the first query; retry: ms until the next sending; else 0
-- ARGV[10] end: '1' gives the quota back; retry: resend cause or ''
-- ARGV[11] what stops with it: '' | rate | provider (the call, for ms) | quota (a class) | account
-- ARGV[12] ms, or the class, or the reason  [13] account: ms until a probe
-- ARGV[14] call  [15] provider's Date, epoch ms, or ''  [16] error code  [17] error message  [18…] tasks, JSON each
-- returns {applied 0|1, {poll and submit slots}, {letter, n, …}, {intent id, op, stage, ms, …}}
-- O(items + interests)
-- @include base
-- @include slots
-- @include mark
-- @include gate
-- @include quota
-- @include ending
local lane, slot, number, verdict = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local L, B = laneKey(lane), P .. 'batch:' .. ARGV[4]
local limits = limitsOf('lane:' .. lane)
local slots, totals = {}, {}

endSlot(L .. ':slots', slot)
seen(ARGV[14], ARGV[15], ARGV[16], ARGV[17])
local b = redis.call('HMGET', B, 'attempt', 'state')
if b[1] ~= ARGV[5] or b[2] ~= 'sending' then return { 0, {}, {}, {} } end
redis.call('HDEL', P .. 'held', slot)
redis.call('ZREM', L .. ':sending', number)

local function keep(slot)
  if slot then slots[#slots + 1] = slot end
end

local function accept()
  settleReservation(B, true)
  redis.call('HSET', B, 'state', 'submitted', 'accepted', now)
  redis.call('ZADD', L .. ':running', now, number)
  local refs = {}
  for i, ref in ipairs(redis.call('LRANGE', B .. ':m', 0, -1)) do
    if string.sub(ARGV[7], i, i) == '.' then refs[#refs + 1] = ref end
  end
  mark(lane, refs, 'u', nil, nil, totals)
  for i = 18, #ARGV do
    addTask(number, ARGV[i], now + tonumber(ARGV[9]))
    keep(keepPollSlot(cjson.decode(ARGV[i]).call))
  end
  endItems(number, ARGV[7], reasonsOf(ARGV[8]), totals)
end

local function split()
  local b = redis.call('HMGET', B, 'options', 'sealed', 'seal', 'class', 'ms', 'attempt')
  local members = redis.call('LRANGE', B .. ':m', 0, -1)
  local half = math.floor(#members / 2)
  -- The refused call cost nothing: each half reserves for itself when it is sent.
  settleReservation(B, false)
  for _, part in ipairs({ { 1, half }, { half + 1, #members } }) do
    local child = redis.call('HINCRBY', P .. 'account', 'batches', 1)
    local C = P .. 'batch:' .. child
    local refs = {}
    for i = part[1], part[2] do refs[#refs + 1] = members[i] end
    redis.call('HSET', C, 'lane', lane, 'options', b[1], 'size', #refs, 'left', #refs, 'ms', string.rep('s', #refs),
      'sealed', b[2], 'seal', b[3], 'ready', now, 'class', b[4], 'attempt', b[6], 'state', 'retry', 'parent', number)
    wide('RPUSH', C .. ':m', refs)
    redis.call('ZADD', L .. ':retry', now, child)
    for _, ref in ipairs(refs) do
      local leg, pos = splitRef(ref)
      redis.call('SETRANGE', P .. 'leg:' .. leg .. ':b', pos * 4, struct.pack('>I4', child))
    end
  end
  redis.call('DEL', B, B .. ':m')
end

local function retry()
  if ARGV[10] ~= '' then
    settleReservation(B, true)
    redis.call('HSET', B, 'resend', ARGV[10])
  end
  redis.call('HSET', B, 'state', 'retry', 'ready', now + tonumber(ARGV[9]))
  redis.call('ZADD', L .. ':retry', now + tonumber(ARGV[9]), number)
end

if verdict == 'accept' then
  accept()
elseif verdict == 'finish' or verdict == 'end' then
  settleReservation(B, ARGV[10] ~= '1')
  endItems(number, ARGV[7], reasonsOf(ARGV[8]), totals)
elseif verdict == 'retry' then
  retry()
elseif verdict == 'split' then
  split()
else
  error('record: unknown verdict ' .. verdict)
end

if ARGV[11] == 'rate' or ARGV[11] == 'provider' then
  holdCall(ARGV[14], ARGV[11], tonumber(ARGV[12]))
elseif ARGV[11] == 'quota' then
  for day in string.gmatch(redis.call('HGET', B, 'qDays') or '', '%d+') do
    redis.call('HSET', quotaKey(ARGV[12], day), 'full', 1)
  end
  settleReservation(B, false)
elseif ARGV[11] == 'account' then
  stopAccount(ARGV[14], ARGV[12], tonumber(ARGV[13]))
elseif verdict ~= 'retry' then
  openCall(ARGV[14])
  unstopAccount(ARGV[14])
end
keep(keepLaneSlot(lane, limits, false))
return { 1, slots, totalsReply(totals), milestones }
