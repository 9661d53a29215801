-- items: a batch's targets in order, with the state letter of each.
-- KEYS[1] the account's prefix; touches account, batch:*, leg:*
-- ARGV[1] skew ms  [2] batch number
-- returns {letters, text, …} or nil when the batch has ended        O(items)
-- @include base
-- @include mark
-- @include texts
local B = P .. 'batch:' .. ARGV[2]
local letters = redis.call('HGET', B, 'ms')
local refs = redis.call('LRANGE', B .. ':m', 0, -1)
if not letters or #refs == 0 then return false end
local reply = textsOf(refs)
table.insert(reply, 1, letters)
return reply
