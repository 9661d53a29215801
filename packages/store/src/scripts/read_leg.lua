-- read_leg: one leg as it stands: its fields, what waits and why, its first 100 failures. A lane may come twice: what
-- waits for its order, or is absorbed, may wait for another reason than the others.
-- KEYS[1] the account's prefix; reads intent:*, leg:*, lane:*, account, credentials, limits
-- ARGV[1] skew ms  [2] intent id
-- returns nil or {fields and values, {lane, waiting targets, why or '', until, …}, {pos's text, why JSON, …}}
-- Sealed targets wait as well where none of their lane is on its way: for another try.
-- What absorbed targets is looked at one by one, the first 100 of them: what others absorbed counts as waiting, for its
-- own lane's reason.
-- O(targets / 10, at memory speed)
-- @include base
-- @include stop
-- @include origin
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return false end
local K = P .. 'leg:' .. leg
local fields, lanes, order, ordered = {}, {}, {}, {}
local flagged = redis.call('EXISTS', K .. ':o') == 1
local all = redis.call('HGETALL', K)
local held = false

-- What absorbed targets of this leg, and how many of a lane: lane → ref → count.
local wider = {}
local function noteAbsorbed(lane, chunk, letters)
  local positions, at = {}, string.find(letters, 'a', 1, true)
  while at do
    positions[#positions + 1] = chunk * 1000 + at - 1
    at = string.find(letters, 'a', at + 1, true)
  end
  wider[lane] = wider[lane] or {}
  for _, ref in ipairs(#positions > 0 and redis.call('HMGET', K .. ':via', unpack(positions)) or {}) do
    if ref then wider[lane][ref] = (wider[lane][ref] or 0) + 1 end
  end
end

for i = 1, #all, 2 do
  local chunk = string.match(all[i], '^c:(%d+)$')
  if chunk then
    local lane = string.sub(all[i + 1], 2)
    held = held or string.sub(all[i + 1], 1, 1) == 'h'
    local letters = redis.call('GETRANGE', K .. ':s', chunk * 1000, chunk * 1000 + 999)
    noteAbsorbed(lane, tonumber(chunk), letters)
    local resting = redis.call('EXISTS', laneKey(lane) .. ':sending') == 0 and '[ps]' or 'p'
    local _, pending = string.gsub(letters, resting, '')
    if flagged then
      local flags, waits = redis.call('GETRANGE', K .. ':o', chunk * 1000, chunk * 1000 + 999), 0
      for i = 1, #flags do
        if string.sub(flags, i, i) == '1' and string.sub(letters, i, i) == 'p' then waits = waits + 1 end
      end
      ordered[lane] = (ordered[lane] or 0) + waits
      pending = pending - waits
    end
    if pending > 0 then
      if not lanes[lane] then order[#order + 1] = lane end
      lanes[lane] = (lanes[lane] or 0) + pending
    end
  elseif all[i] ~= 'body' then
    fields[#fields + 1] = all[i]
    fields[#fields + 1] = all[i + 1]
  end
end
local paused, stop = redis.call('HGET', P .. 'account', 'paused'), shownStop()
local waiting, rows = {}, {}
local function addWaiting(lane, targets, reason, untilMs)
  if stop then reason, untilMs = 'stopped', stop.probeAt end
  if paused then reason, untilMs = 'paused', '' end
  if held then reason, untilMs = 'notBefore', '' end
  local name = lane .. ' ' .. reason .. ' ' .. untilMs
  local at = rows[name]
  if at then
    waiting[at] = waiting[at] + targets
  else
    rows[name] = #waiting + 2
    for _, value in ipairs({ lane, targets, reason, shown(untilMs) }) do waiting[#waiting + 1] = value end
  end
end
-- What its producer's share of the day holds back waits for another one, whatever the lane waits for.
local function shareUntil(lane, ofLeg)
  local asked = redis.call('HMGET', P .. 'leg:' .. ofLeg, 'head', 'o:' .. lane)
  local day = redis.call('HGET', laneKey(lane), spentBy(cjson.decode(asked[1]).createdBy, asked[2] or '{}'))
  local limits = day and limitsOf('lane:' .. lane)
  local call = limits and limitsOf('call:' .. limits.call)
  local untilMs = call and tonumber(day) + call.timeoutMs + 1000 - shownSkew()
  return untilMs and untilMs > now and untilMs
end
local function whyOf(lane, ofLeg)
  local shareOver = shareUntil(lane, ofLeg)
  if shareOver then return 'quota', string.format('%d', shareOver) end
  local why = redis.call('HMGET', laneKey(lane), 'why', 'until')
  if why[1] == 'order' then return 'rate', '' end
  return why[1] or '', why[2] or ''
end
for _, lane in ipairs(order) do addWaiting(lane, lanes[lane], whyOf(lane, leg)) end
for lane, targets in pairs(ordered) do
  if targets > 0 then addWaiting(lane, targets, 'order', '') end
end

-- The lane and leg that what absorbed a target waits in, itself or what absorbed that; nil: it is on its way.
local MOST_WIDER = 100
local function waitsIn(ref)
  for _ = 1, MOST_WIDER do
    local root, pos = string.match(ref or '', '^(%d+):(%d+)$')
    local lane = root and laneOf(root, pos)
    local letter = lane and redis.call('GETRANGE', P .. 'leg:' .. root .. ':s', pos, pos)
    if letter == 'p' or (letter == 's' and redis.call('EXISTS', laneKey(lane) .. ':sending') == 0) then return lane, root end
    if letter ~= 'a' then return nil end
    ref = redis.call('HGET', P .. 'leg:' .. root .. ':via', pos)
  end
end
local looks = 0
for lane, refs in pairs(wider) do
  local counts = {}
  for ref, targets in pairs(refs) do
    looks = looks + 1
    local where, whose = lane, leg
    if looks <= MOST_WIDER then where, whose = waitsIn(ref) end
    local place = where and where .. ' ' .. whose
    if place then counts[place] = (counts[place] or 0) + targets end
  end
  for place, targets in pairs(counts) do addWaiting(lane, targets, whyOf(string.match(place, '^(%S+) (%d+)$'))) end
end
local failures = {}
local why = redis.call('HSCAN', K .. ':why', 0, 'COUNT', 100)[2]
for i = 1, math.min(#why, 200), 2 do
  local pos = tonumber(why[i])
  failures[#failures + 1] = redis.call('LINDEX', K .. ':t:' .. math.floor(pos / 1000), pos % 1000) or ''
  failures[#failures + 1] = why[i + 1]
end
return { fields, waiting, failures }
