-- join: a program says which layout of the data it writes, and describes its accounts for the day when no
-- configuration names them any more. A newer number stays, and so does what a newer configuration says of an account.
-- KEYS[1] the record of the whole store, in a slot of its own
-- ARGV[1] schema that the program writes  [2] the oldest schema whose programs can still read that
-- ARGV[3] when the configuration was written, epoch ms  [4…] account, description, …
-- returns {schema of the data, the oldest that reads them, {accounts that a newer configuration describes otherwise},
-- 1: nobody has joined before}; a program that is too old has changed nothing        O(accounts)
local key = KEYS[1]
local have = redis.call('HMGET', key, 'schema', 'compatibleSince')
local schema, since = tonumber(have[1] or '0'), tonumber(have[2] or '0')
local own = tonumber(ARGV[1])
if own < since then return { schema, since, {}, 0 } end
if own > schema then
  schema, since = own, math.max(since, tonumber(ARGV[2]))
  redis.call('HSET', key, 'schema', schema, 'compatibleSince', since)
end
local differing = {}
for i = 4, #ARGV, 2 do
  local name, text = ARGV[i], ARGV[i + 1]
  local known = redis.call('HMGET', key, 'account:' .. name, 'at:' .. name)
  local isNewer = tonumber(known[2] or '0') > tonumber(ARGV[3])
  if isNewer and known[1] ~= text then
    differing[#differing + 1] = name
  elseif not isNewer and (known[1] ~= text or known[2] ~= ARGV[3]) then
    redis.call('HSET', key, 'account:' .. name, text, 'at:' .. name, ARGV[3])
  end
end
return { schema, since, differing, have[1] and 0 or 1 }
