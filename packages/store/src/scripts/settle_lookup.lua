-- settle_lookup: what the provider's list of tasks tells of an attempt whose answer was lost. All of the batch is
-- there: it goes on with those tasks. A part: it is looked for some times more, since the list may lag behind, then
-- the rest is sent again by itself. Nothing: it is sent again. An answer that comes late changes nothing.
-- KEYS[1] the account's prefix; touches account, credentials, limits, hold:*, quota:*, lane:*, batch:*, leg:*, more:*, tasks, asked:*, poll:*, intent:*, unacked, unstaged, window:*
-- ARGV[1] skew ms  [2] lane  [3] batch number  [4] attempt  [5] '1': the list was told, '0': it cannot be asked
-- ARGV[6] rows that may be an item's, the likelier first: index TAB task TAB made at, ms TAB provider's id or '' NEWLINE …
-- ARGV[7] ms until the first query about the tasks
-- ARGV[8] call  [9] provider's Date, epoch ms, or ''  [10] error code  [11] error message  [12] the credential's fingerprint, or ''
-- ARGV[13…] tasks, JSON each
-- returns {applied 0|1, {slots}, {letter, n, …}, {intent id, op, stage, ms, …}, {other lane, letter, n, …}, adopted, {ids of their tasks}}
-- O(items + rows + keys of the batches that their tasks may belong to)
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
-- @include tasks
-- @include domains
-- @include split
-- @include lost
-- @include accepted
-- @include others
local lane, number = ARGV[2], ARGV[3]
local L, B = laneKey(lane), P .. 'batch:' .. number
local limits = limitsOf('lane:' .. lane)
local slots, totals, tasks = {}, {}, { unpack(ARGV, 13) }
-- A list that shows a part of a call has always shown the rest by the next look, or will not show it.
local MOST_LOOKS = 3

seen(ARGV[8], ARGV[9], ARGV[10], ARGV[11])
-- The list has been read: another one may be.
local question = redis.call('HGET', P .. 'tasks', lost.ref(number))
if question then redis.call('HDEL', P .. 'poll:' .. cjson.decode(question).call, 'listing') end
if ARGV[5] == '1' then
  openCall(ARGV[8])
  welcome(ARGV[8], ARGV[12])
end
local b = redis.call('HMGET', B, 'attempt', 'state', 'options', 'keys', 'size')
-- An older program, in a rolling deploy, sends it again without having asked: nobody waits for the answer then.
if b[2] ~= 'retry' then lost.stopAsking(L, number) end
if b[1] ~= ARGV[4] or not redis.call('ZSCORE', L .. ':unknown', number) then return { 0, {}, {}, {}, {}, 0, {} } end
-- Whoever sleeps until this answer would sleep on.
local awaited = redis.call('ZSCORE', L .. ':behind', number)
local function keep(slot)
  if slot then slots[#slots + 1] = slot end
end

-- The task of each item that has one of its own, by position.
local function tasksFound()
  local rows, found, count = {}, {}, 0
  for index, task, created, id in string.gmatch(b[4] and ARGV[6] or '', '(%d+)\t(%d+)\t(%-?%d+)\t([^\n]*)\n') do
    local at = tonumber(index)
    rows[#rows + 1] = { at = at, task = tonumber(task), created = tonumber(created), id = id,
      digest = string.sub(b[4], BARE * (at - 1) + 1, BARE * at) }
  end
  local isOthers = othersOf(L, limits, number, b[3], rows)
  for _, row in ipairs(rows) do
    if not found[row.at] and not isOthers(row) then
      found[row.at] = tasks[row.task]
      count = count + 1
    end
  end
  return found, count
end

local found, count = tasksFound()
local size = tonumber(b[5])

local function adopt(adopted)
  local jsons, met = {}, {}
  for at = 1, size do
    local json = found[at]
    if json and not met[json] then
      met[json] = true
      jsons[#jsons + 1] = json
    end
  end
  redis.call('ZREM', L .. ':retry', adopted)
  redis.call('HDEL', P .. 'batch:' .. adopted, 'resend')
  putAccepted(lane, adopted, limits, string.rep('.', count), jsons, now + tonumber(ARGV[7]), totals, keep)
  local ids = {}
  for i, json in ipairs(jsons) do ids[i] = cjson.decode(json).id end
  return ids
end

-- In two: what the provider has, and what is sent again.
local function partsFound()
  local parts = { {}, {} }
  for at = 1, size do table.insert(parts[found[at] and 1 or 2], at) end
  return parts
end

local ids = {}
if count > 0 and count < size and redis.call('HINCRBY', B, 'looks', 1) < MOST_LOOKS and limits and have(limits.lookup) then
  keep(keepPollSlot(lost.ask(lane, number, limits.lookup)))
  count = 0
else
  lost.stopAsking(L, number)
  lost.resend(L, number, now)
  if count == size then
    ids = adopt(number)
  elseif count > 0 then
    ids = adopt(splitBatch(lane, number, partsFound())[1])
  end
end
keep(keepLaneSlot(lane, limits, awaited or oversleeps(L)))
for _, slot in ipairs(order.slots()) do keep(slot) end
return { 1, slots, totalsReply(totals), milestones, elsewhereReply(), count, ids }
