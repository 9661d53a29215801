-- claim_polls: grants one query's permit and hands out as many due tasks as it takes. Claimed tasks come
-- back by themselves after a lease, so a dead worker loses none.
-- KEYS[1] the account's prefix; touches account, credentials, limits, hold:*, gate:*, poll:*, tasks, asked:*, batch:*, lane:*, unacked
-- ARGV[1] skew ms  [2] call  [3] slot  [4] most tasks  [5] lease of a task, ms  [6] the credential's fingerprint, or ''
-- ARGV[7] how old the permit may get, ms
-- returns {'end'} | {'wait', ms, tasks under way} | {'tasks', slot or '', granted ms, ref, batch, lane, accepted age ms, task JSON, first 0|1, …}
--   or {'lookups', slot or '', granted ms, lane, options JSON, provider's clock against ours, ms, or '', ref, batch, attempt, sent ms, missed ms, age ms, …}
-- O(log tasks + claimed)
-- @include base
-- @include slots
-- @include gate
-- @include stop
local call, slot = ARGV[2], ARGV[3]
local C = P .. 'poll:' .. call
if not holdsSlot(C .. ':slots', slot) then return { 'end' } end
local running = redis.call('ZCARD', C .. ':due')
if running == 0 then
  doneWaiting(C, slot)
  endSlot(C .. ':slots', slot)
  return { 'end' }
end

local function wait(reason, untilMs)
  local ms = waitAs(C, C .. ':slots', slot, reason, untilMs)
  if not ms then return { 'end' } end
  return { 'wait', ms, running }
end

local function isLookup(ref) return string.sub(ref, -1) == '?' end

local MOST_LOOKUPS, LISTING_LOOK_MS = 200, 1000
-- Lists are read one after the other: side by side each would take as much longer, and none be done before a fault
-- comes between.
local listedUntil = tonumber(redis.call('HGET', C, 'listing') or 0)
local isListing = listedUntil > now
local due = {}
local most = tonumber(ARGV[4])
for _, ref in ipairs(redis.call('ZRANGEBYSCORE', C .. ':due', '-inf', now, 'LIMIT', 0, most + (isListing and MOST_LOOKUPS or 0))) do
  if #due < most and not (isListing and isLookup(ref)) then due[#due + 1] = ref end
end
if #due == 0 then
  local first = redis.call('ZRANGEBYSCORE', C .. ':due', '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  local again = isListing and math.min(listedUntil, now + LISTING_LOOK_MS)
  return wait('due', math.min(tonumber(first[2]) or again, again or tonumber(first[2])))
end
local barredAt, bar = barredUntil(call, ARGV[6])
if barredAt then return wait(bar, barredAt) end
local limits = limitsOf('call:' .. call)
local waitMs, why, openAt, grantedAt = permit(call, limits, false, tonumber(ARGV[7]))
if waitMs > 0 then return wait(why, openAt) end
bookProbe(call, ARGV[6], limits.timeoutMs)

local reply, leased = { 'tasks', '', grantedAt }, {}
local function add(values)
  for _, value in ipairs(values) do reply[#reply + 1] = value end
end
local function lease(ref, ms)
  leased[#leased + 1] = now + ms
  leased[#leased + 1] = ref
end

-- One listing of a lane tells about all that was sent at about the same time.
local NEAR_MS = 30000
local function claimLookups()
  local first = nil
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', C .. ':due', '-inf', now, 'LIMIT', 0, MOST_LOOKUPS)) do
    local number = string.match(ref, '^%d+')
    local b = redis.call('HMGET', P .. 'batch:' .. number, 'lane', 'options', 'attempt', 'sent', 'missed', 'sealed')
    if isLookup(ref) and not (b[1] and redis.call('ZSCORE', laneKey(b[1]) .. ':unknown', number)) then
      redis.call('HDEL', P .. 'tasks', ref)
      redis.call('ZREM', C .. ':due', ref)
    elseif isLookup(ref) then
      if not first then
        first = b
        reply[1] = 'lookups'
        add({ b[1], b[2], redis.call('HGET', P .. 'account', 'skewMs') or '' })
      end
      if b[1] == first[1] and b[2] == first[2] and math.abs(tonumber(b[4]) - tonumber(first[4])) <= NEAR_MS then
        add({ ref, number, b[3], b[4], b[5], now - tonumber(b[6]) })
        lease(ref, LOOK_MS)
      end
    end
  end
end

local function claimTask(ref)
  local json = redis.call('HGET', P .. 'tasks', ref)
  if json then
    local number = string.match(ref, '^%d+')
    local b = redis.call('HMGET', P .. 'batch:' .. number, 'lane', 'accepted')
    local askedKey = P .. 'asked:' .. cjson.decode(json).id
    local first = redis.call('HGET', askedKey, ref) == '0' and 1 or 0
    add({ ref, number, b[1], now - tonumber(b[2] or now), json, first })
    lease(ref, tonumber(ARGV[5]))
    redis.call('HDEL', askedKey, ref)
  else
    redis.call('ZREM', C .. ':due', ref)
  end
end

if isLookup(due[1]) then
  claimLookups()
  if reply[1] == 'lookups' then redis.call('HSET', C, 'listing', now + LOOK_MS) end
else
  for _, ref in ipairs(due) do
    if not isLookup(ref) then claimTask(ref) end
  end
end
if #leased > 0 then redis.call('ZADD', C .. ':due', unpack(leased)) end
doneWaiting(C, slot)
endSlot(C .. ':slots', slot)
reply[2] = keepPollSlot(call) or ''
return reply
