-- take: grants the permit and seals the next batch of a lane, or says why not. Nothing is booked ahead: a
-- slot that dies holds nothing but its own batch, whose attempt is on record before a byte is sent.
-- KEYS[1] the account's prefix; touches account, credentials, clock, limits, held, hold:*, gate:*, quota:*, told:*, lane:*, batch:*, leg:*, more:*, absorbed:*, window:*, windows, unacked, unstaged, intent:*, poll:*, tasks
-- ARGV[1] skew ms  [2] lane  [3] slot  [4] the last clock this process saw  [5] quiet ms  [6] max wait ms
-- ARGV[7] reset instants, epoch ms, comma-joined, from the last past one on
-- ARGV[8] the credential's fingerprint, or ''  [9] how old the permit may get, ms  [10] how much later it may begin, ms
-- returns {'end', {slots}, moved, milestones} or {'due', directory TAB options JSON}: to be rolled up first
--   or {'wait', ms, reason, until ms, pending, oldest ms, {slots}, moved, milestones}
--   or {'batch', number, attempt, resend or '', age ms, options JSON, pending, {slots}, clock, waited ms, sealed ms, granted ms, targets sealed, texts, moved, milestones, lead ms, hold ms}
-- moved: {lane, letter, n, …}; milestones: {intent id, op, stage, ms, …}
-- O(batch)
-- @include base
-- @include slots
-- @include mark
-- @include gate
-- @include stop
-- @include runs
-- @include quota
-- @include clear
-- @include domains
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
-- @include holders
-- @include below
-- @include split
-- @include spent
-- @include share
-- @include headroom
-- @include weigh
-- @include fill
-- @include lost
-- @include retries
local lane, slot = ARGV[2], ARGV[3]
local L = laneKey(lane)
local limits = limitsOf('lane:' .. lane)
local call = limits and limitsOf('call:' .. limits.call)

local clock = tonumber(redis.call('GET', P .. 'clock') or '0')
if clock < tonumber(ARGV[4]) then
  -- The store has forgotten what this process saw, so it may have forgotten grants as well.
  redis.call('SET', P .. 'clock', ARGV[4])
  redis.call('HSET', P .. 'account', 'lostAt', now)
end

local function over() return { 'end', order.slots(), elsewhereReply(), milestones } end
if not holdsSlot(L .. ':slots', slot) then return over() end
local function finish()
  doneWaiting(L, slot)
  endSlot(L .. ':slots', slot)
  return over()
end
-- The lane has left the configuration: its work waits until it is back.
if not limits then return finish() end
-- Enough of what waits lies in one directory that may be purged instead: the caller sees to that first (`roll_up`).
do
  local due = below.due(lane, limits)
  if due then return { 'due', due } end
end

local function oldest()
  local first = nil
  for _, class in ipairs({ 'u', 'n' }) do
    local head = redis.call('ZRANGE', L .. ':open:' .. class, 0, 0, 'WITHSCORES')
    if head[2] and (not first or tonumber(head[2]) < first) then first = tonumber(head[2]) end
  end
  return first or now
end

-- For what was absorbed and waits for itself again, or was raised. This lane has a slot: the one that asks.
local function slotsElsewhere()
  released[lane] = nil
  return order.slots()
end

local function wait(reason, untilMs)
  local ms = waitAs(L, L .. ':slots', slot, reason, untilMs)
  -- Before the slot ends, too: whoever sleeps does not know yet that the day is over.
  holders.look(lane)
  if not ms then return over() end
  return { 'wait', ms, reason, untilMs - shift, redis.call('HLEN', L .. ':keys'), oldest() - shift, slotsElsewhere(), elsewhereReply(), milestones }
end

-- The job of this slot runs again while its batch is still on record as being sent: its worker died.
local held = redis.call('HGET', P .. 'held', slot)
if held then
  redis.call('HDEL', P .. 'held', slot)
  redis.call('ZREM', L .. ':sending', held)
  -- The next sweep sees to the question that this may put.
  lost.begin(lane, held, limits, 'crash', now + (limits.resendAfterMs or 0))
end

-- The slot that ends next makes room for another one.
if redis.call('ZCARD', L .. ':sending') >= limits.inFlight then return finish() end
if redis.call('HGET', P .. 'account', 'paused') then return wait('paused', now + 3600000) end

local byOption = have(limits.quotaByOption)
limits.batch = math.min(limits.batch, widestBatch(limits))
local headroom = headroomOf(limits, call, ARGV[7])

-- New work need not wait for what this slot waits for: stage wakes another slot for it.
local function waitForPart(reason, untilMs)
  local reply = wait(reason, untilMs)
  if redis.call('HGET', L, 'waiter') == slot then redis.call('HSET', L, 'retrying', 1) end
  return reply
end

-- The groups that may go now, or what would tell the slot why there are none.
local function planNew()
  unparkSpent(L, headroom.days[1])
  for _ = 1, 3 do
    local plan = whatToTake(L, limits, tonumber(ARGV[5]), tonumber(ARGV[6]))
    if plan.empty then
      local next = redis.call('ZRANGE', L .. ':retry', 0, 0, 'WITHSCORES')
      if not next[2] then return nil, finish end
      local why = redis.call('HGET', P .. 'batch:' .. next[1], 'waits') or 'provider'
      return nil, function() return waitForPart(why, tonumber(next[2])) end
    end
    if plan.spent then return nil, function() return waitForPart('quota', headroom.untilMs()) end end
    if plan.parked then return nil, function() return waitForPart(plan.reason, plan.waitUntil) end end
    if plan.waitUntil then return nil, function() return wait(plan.reason, plan.waitUntil) end end
    if byOption then
      plan.urgent = plan.urgent and passSpent(lane, 'u', headroom.cap, headroom.days[1])
      plan.normal = plan.normal and passSpent(lane, 'n', headroom.cap, headroom.days[1])
      plan.both = plan.both and plan.urgent and plan.normal
      if plan.urgent or plan.normal then return plan end
    else
      local cap = headroom.cap('{}')
      if (plan.urgent and cap.u or cap.n) < 1 then
        holders.spent(lane, headroom.guardEnd)
        return nil, function() return wait('quota', headroom.untilMs()) end
      end
      return plan
    end
  end
  -- Many groups of spent classes stand before one that may go: the next look passes over more of them.
  return nil, function() return wait('rate', now + 1) end
end

spacing.freeRested(L, 2 * WIDE)
-- What is tried again goes first: during an outage nothing new is sealed. But parts of refused batches not twice in a
-- row where new work may go: a thousand targets that are told apart one by one must not hold up everybody else's.
local retry = retries.next(lane, limits, headroom)
local plan, instead = nil, nil
if not retry or redis.call('HEXISTS', L, 'part') == 1 then
  plan, instead = planNew()
  if plan then
    retry = nil
  elseif not retry then
    return instead()
  end
end

local barredAt, bar = barredUntil(limits.call, ARGV[8])
if barredAt then return wait(bar, barredAt) end
local waitMs, why, openAt, grantedAt, leadMs = permit(limits.call, call, false, tonumber(ARGV[9]), tonumber(ARGV[10]))
if waitMs > 0 then return wait(why, openAt) end

local number, B, texts, attempt, resend, age
local sealedTargets = 0
if retry then
  number, B = retry, P .. 'batch:' .. retry
  redis.call('INCR', P .. 'clock')
  redis.call('ZREM', L .. ':retry', retry)
  local b = redis.call('HMGET', B, 'attempt', 'resend', 'sealed', 'parent')
  attempt, resend, age = tonumber(b[1]) + 1, b[2] or '', now - tonumber(b[3])
  if b[4] then redis.call('HSET', L, 'part', 1) end
  texts = textsOf(redis.call('LRANGE', B .. ':m', 0, -1))
else
  number, texts, sealedTargets = seal(lane, limits, plan, headroom.cap, headroom.days[1])
  if not number then
    -- All that was popped had been cancelled or must wait: the next take goes on behind it.
    withdraw(limits.call, grantedAt)
    return wait('rate', now + 1)
  end
  B = P .. 'batch:' .. number
  attempt, resend, age = 1, '', 0
  redis.call('HDEL', L, 'part')
end
local options = redis.call('HGET', B, 'options')
headroom.reserve(B, options)
bookProbe(limits.call, ARGV[8], call.timeoutMs)
local deadline = now + call.timeoutMs + LEASE_MS
redis.call('HSET', B, 'state', 'sending', 'attempt', attempt, 'slot', slot, 'sent', now)
redis.call('HDEL', B, 'resend', 'waits')
if have(limits.perDomainPerMinute) then domains.spend(lane, B) end
redis.call('ZADD', L .. ':sending', deadline, number)
redis.call('HSET', P .. 'held', slot, number)
redis.call('ZADD', L .. ':slots', deadline, slot)
doneWaiting(L, slot)
holders.look(lane)
local slots = {}
-- While a credential is tried the others wait for its answer.
local ready = barredUntil(limits.call, ARGV[8]) and 1
  or slotsWorth(limits.call, call, math.floor(redis.call('HLEN', L .. ':keys') / limits.batch))
for _ = 1, ready do slots[#slots + 1] = keepLaneSlot(lane, limits, false, ready) end
for _, other in ipairs(slotsElsewhere()) do slots[#slots + 1] = other end
-- A batch of 1,000 takes some milliseconds of the permit's lead.
local holdMs = leadMs > 0 and math.max(0, leadMs - elapsedMs()) or 0
local waited = now - tonumber(redis.call('HGET', B, 'ready') or now)
return { 'batch', tonumber(number), attempt, resend, age, options, redis.call('HLEN', L .. ':keys'),
  slots, tonumber(redis.call('GET', P .. 'clock')), waited, tonumber(redis.call('HGET', B, 'sealed')) - shift, grantedAt,
  sealedTargets, texts, elsewhereReply(), milestones, leadMs, holdMs }
