-- read_account: the account as it stands, as JSON: its size does not depend on the backlog.
-- KEYS[1] the account's prefix; reads account, credentials, limits, lane:*, poll:*, gate:*, hold:*, quota:*, told:*
-- ARGV[1] skew ms  [2] lanes  [3] calls  [4] quota classes, comma-joined  [5] polls, comma-joined
-- ARGV[6] reset instants, epoch ms, comma-joined, from the last past one on
-- returns JSON        O(lanes + calls + classes + groups that wait for another day, the first 1,000 of a lane)
-- @include base
-- @include gate
-- @include ring
-- @include stop
-- @include runs
-- @include quota
local state = { account = {}, lanes = {}, calls = {}, quotas = {}, now = now - shift, pollLagMs = 0, pending = 0 }
local all = redis.call('HGETALL', P .. 'account')
for i = 1, #all, 2 do state.account[all[i]] = all[i + 1] end
state.account.known = '1'
state.account.errAt = shown(state.account.errAt)
state.stop = shownStop()
if state.stop then state.stop.since, state.stop.probeAt = state.stop.since - shift, state.stop.probeAt - shift end

local function age(key)
  local head = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return head[2] and now - tonumber(head[2]) or -1
end
local lanes = {}
for lane in string.gmatch(ARGV[2], '[^,]+') do lanes[#lanes + 1] = lane end

-- How many keys each lane has absorbed, by lane; and the first lane that holds some.
local function absorbedOf()
  local counts, holders = {}, {}
  for _, wide in ipairs(lanes) do
    local L = laneKey(wide)
    for _, lane in ipairs(redis.call('EXISTS', L .. ':absorbs') == 1 and lanes or {}) do
      local count = tonumber(redis.call('HGET', L, 'absorbed:' .. lane) or '0')
      if count > 0 then
        counts[lane] = (counts[lane] or 0) + count
        holders[lane] = holders[lane] or wide
      end
    end
  end
  return counts, holders
end

local resets = {}
for reset in string.gmatch(ARGV[6], '%d+') do resets[#resets + 1] = tonumber(reset) end
local at, ahead = now + tonumber(state.account.skewMs or '0'), shownSkew()
-- As where units are booked: a provider's clock that is off by days tells nothing about its day.
if at < resets[1] or at >= resets[#resets - 1] then at, ahead = now, 0 end
local today = resets[#resets]
for i = #resets, 1, -1 do
  if resets[i] > at then today = resets[i] end
end
state.aheadMs = ahead + shift

-- Keys that wait for another day, by producer.
local function parkedOf(L)
  local keys = {}
  for _, parked in ipairs(redis.call('ZRANGEBYSCORE', L .. ':spent', today, '+inf', 'LIMIT', 0, WIDE)) do
    local class, producer, group = splitQueue(parked)
    keys[producer] = (keys[producer] or 0) + redis.call('LLEN', L .. ':' .. class .. ':q:' .. producer .. ':' .. group)
  end
  return keys
end

local absorbed, holders = absorbedOf()
for _, lane in ipairs(lanes) do
  local L = laneKey(lane)
  local pending = redis.call('HLEN', L .. ':keys') + redis.call('HLEN', L .. ':next')
  local retrying = redis.call('ZCARD', L .. ':retry')
  -- Where nothing but absorbed keys waits, it waits for what their wider work waits for.
  local askedKey = pending + retrying == 0 and holders[lane] and laneKey(holders[lane]) or L
  local why = redis.call('HMGET', askedKey, 'why', 'until')
  state.lanes[#state.lanes + 1] = {
    lane = lane, pending = pending + (absorbed[lane] or 0), parked = parkedOf(L), retrying = retrying,
    sending = redis.call('ZCARD', L .. ':sending'), running = redis.call('ZCARD', L .. ':running'),
    urgentAgeMs = age(L .. ':open:u'), normalAgeMs = age(L .. ':open:n'), why = why[1] or '', untilMs = shown(why[2]) or '',
  }
end

-- Grants of the last window: the log is in order, so its tail is read backwards in halves.
local function grantsSince(key, sinceMs)
  local length = redis.call('LLEN', key)
  local low, high = 0, length
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', key, middle)) > sinceMs then high = middle else low = middle + 1 end
  end
  return length - low
end
for call in string.gmatch(ARGV[3], '[^,]+') do
  local key, limits = P .. 'gate:' .. call, limitsOf('call:' .. call)
  local hold = redis.call('HMGET', P .. 'hold:' .. call, 'openAt', 'share', 'slowedAt')
  local held = tonumber(hold[1] or '0') > now
  state.calls[#state.calls + 1] = { heldUntilMs = held and shown(hold[1]) or '',
    slowShare = hold[2] or '', slowedAtMs = shown(hold[3]) or '', call = call, second = grantsSince(key, now - 1000), minute = grantsSince(key, now - 60000),
    share = limits and shareInForce(call, limits) or 1000 }
end
for call in string.gmatch(ARGV[5], '[^,]+') do
  local first = redis.call('ZRANGE', P .. 'poll:' .. call .. ':due', 0, 0, 'WITHSCORES')
  if first[2] then state.pollLagMs = math.max(state.pollLagMs, now - tonumber(first[2])) end
end

local quotas = limitsOf('quotas') or {}
for class in string.gmatch(ARGV[4], '[^,]+') do
  local spent = redis.call('HMGET', quotaKey(class, today), 'used', 'reserved', 'full', 'emptyAt', 'elsewhere')
  local told = redis.call('HMGET', toldKey(class), 'limit', 'remaining', 'batch', 'at')
  local shares = {}
  for producer, units in pairs((have(quotas.shares) or {})[class] or {}) do
    local used = redis.call('HGET', quotaKey(class, today), 'by:' .. producer)
    shares[#shares + 1] = { producer = producer, limit = units, used = tonumber(used or '0') }
  end
  state.quotas[#state.quotas + 1] = {
    class = class, shares = shares, used = tonumber(spent[1] or '0'), reserved = tonumber(spent[2] or '0'), full = spent[3] ~= false, resetsAtMs = today,
    emptyAtMs = shown(spent[4]) or '', elsewhere = tonumber(spent[5] or '0'),
    toldLimit = told[1] or '', toldRemaining = told[2] or '', toldBatch = told[3] or '', toldAtMs = shown(told[4]) or '',
  }
end
return cjson.encode(state)
