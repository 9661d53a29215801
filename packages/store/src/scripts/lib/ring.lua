-- ring: whose turn it is in a class of a lane: producers, and within one its groups.
local function leaveRing(C, producer, group)
  redis.call('LREM', C .. ':ring:' .. producer, 1, group)
  if redis.call('EXISTS', C .. ':ring:' .. producer) == 0 then
    redis.call('LREM', C .. ':ring', 1, producer)
    redis.call('HDEL', C .. ':deficit', producer)
  end
end

-- queue: class TAB producer TAB group
local function splitQueue(queue) return string.match(queue, '^(.)\t([^\t]*)\t(.*)$') end

local function joinRing(L, queue)
  local class, producer, group = splitQueue(queue)
  local C = L .. ':' .. class
  if redis.call('RPUSH', C .. ':ring:' .. producer, group) == 1 then redis.call('RPUSH', C .. ':ring', producer) end
end

-- digests: of one queue, at most WIDE; the last one stands first then.
local function putFirst(L, queue, digests)
  if #digests == 0 then return end
  local class, producer, group = splitQueue(queue)
  local length = redis.call('LPUSH', L .. ':' .. class .. ':q:' .. producer .. ':' .. group, unpack(digests))
  if length == #digests then joinRing(L, queue) end
end
