-- settle: one task's answer: ends items, replaces the task by what is still to be asked, closes the batch
-- with its last item. Replays and late answers find the items ended and change nothing. Of items of many intents only
-- the first ones end at once, and the task stays: the caller comes again with the same answer.
-- KEYS[1] the account's prefix; touches account, credentials, hold:*, lane:*, batch:*, leg:*, more:*, absorbed:*, tasks, asked:*, poll:*, unacked, limits, unstaged, intent:*
-- ARGV[1] skew ms  [2] batch number  [3] task ref  [4] letters: one an item, '.' = not told
-- ARGV[5] reasons: index TAB JSON NEWLINE …
-- ARGV[6] letter for items that no task is left to tell about, or '': ask again for them  [7] its reason, JSON
-- ARGV[8] call  [9] provider's Date, epoch ms, or ''  [10] the credential's fingerprint, or ''  [11] ms until it is asked again
-- ARGV[12…] next tasks: ms until it is asked, JSON, …
-- returns {applied 0|1, or 2: come again, {slots}, {letter, n, …}, {intent id, op, stage, ms, …}, {other lane, letter, n, …}}
-- O(items + interests)
-- @include base
-- @include slots
-- @include mark
-- @include gate
-- @include stop
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
local number, ref = ARGV[2], ARGV[3]
local B = P .. 'batch:' .. number
local slots, totals = {}, {}
seen(ARGV[8], ARGV[9], '', '')
openCall(ARGV[8])
welcome(ARGV[8], ARGV[10])
local told = redis.call('HMGET', B, 'state', 'ms', 'spans')
-- An intent's end takes some 30 µs of the server (2026-11-21), a target's of a large one 2: a thousand of them would
-- keep whoever asks for 202 waiting that long.
local MOST_ENDS = 200
local function firstEnds()
  local ends, sub = 0, string.sub
  for i = 1, told[1] == 'submitted' and told[2] and not told[3] and #ARGV[4] or 0 do
    if sub(ARGV[4], i, i) ~= '.' and not IS_END[sub(told[2], i, i)] then
      ends = ends + 1
      if ends > MOST_ENDS then return sub(ARGV[4], 1, i - 1) end
    end
  end
end
local first = redis.call('HEXISTS', P .. 'tasks', ref) == 1 and firstEnds()
if first then
  endItems(number, first, reasonsOf(ARGV[5]), totals)
  return { 2, order.slots(), totalsReply(totals), milestones, elsewhereReply() }
end
if not dropTask(ref) then return { 0, {}, {}, {}, {} } end
if told[1] ~= 'submitted' then return { 0, {}, {}, {}, {} } end
redis.call('HINCRBY', B, 'tasks', -1)
local function keep(call)
  local slot = keepPollSlot(call)
  if slot then slots[#slots + 1] = slot end
end
for i = 12, #ARGV, 2 do
  addTask(number, ARGV[i + 1], now + tonumber(ARGV[i]), now)
  keep(cjson.decode(ARGV[i + 1]).call)
end
endItems(number, ARGV[4], reasonsOf(ARGV[5]), totals)
local b = redis.call('HMGET', B, 'state', 'tasks', 'size')
local isLeftOver = b[1] == 'submitted' and tonumber(b[2]) == 0
if isLeftOver and ARGV[6] == '' then
  askAgain(number, now + tonumber(ARGV[11]), keep)
elseif isLeftOver then
  local why = {}
  for i = 1, tonumber(b[3]) do why[i] = ARGV[7] end
  endItems(number, string.rep(ARGV[6], tonumber(b[3])), why, totals)
end
for _, slot in ipairs(order.slots()) do slots[#slots + 1] = slot end
return { 1, slots, totalsReply(totals), milestones, elsewhereReply() }
