-- read_targets: a page of one leg's targets, in their order.
-- KEYS[1] the account's prefix; reads account, intent:*, leg:*
-- ARGV[1] skew ms  [2] intent id  [3] letters wanted, '' for all  [4] first position  [5] most
-- returns nil or {next position or -1, pos, lane, letter, text, batch number, why JSON or '', what absorbed it or '', …}
-- O(targets scanned)
-- @include base
local leg = redis.call('GET', P .. 'intent:' .. ARGV[2])
if not leg then return false end
local K = P .. 'leg:' .. leg
local from, most = tonumber(ARGV[4]), tonumber(ARGV[5])
-- What was cancelled or ended by itself was absorbed to no end.
local function viaOf(pos, letter)
  local ref = (letter == 'a' or letter == 'c') and redis.call('HGET', K .. ':via', pos)
  return ref and redis.call('HGET', K .. ':via', ref) or ''
end

local letters = redis.call('GETRANGE', K .. ':s', from, -1)
local pattern = ARGV[3] == '' and '%a' or '[' .. ARGV[3] .. ']'
local reply, found, at, nextPos = { -1 }, 0, 1, -1
while true do
  local hit = string.find(letters, pattern, at)
  if not hit then break end
  if found == most then
    nextPos = from + hit - 1
    break
  end
  local pos = from + hit - 1
  local chunk = math.floor(pos / 1000)
  local batch = redis.call('GETRANGE', K .. ':b', pos * 4, pos * 4 + 3)
  for _, value in ipairs({
    pos,
    string.sub(redis.call('HGET', K, 'c:' .. chunk), 2),
    string.sub(letters, hit, hit),
    redis.call('LINDEX', K .. ':t:' .. chunk, pos % 1000) or '',
    #batch == 4 and (struct.unpack('>I4', batch)) or 0,
    redis.call('HGET', K .. ':why', pos) or '',
    viaOf(pos, string.sub(letters, hit, hit)),
  }) do reply[#reply + 1] = value end
  found = found + 1
  at = hit + 1
end
reply[1] = nextPos
return reply
