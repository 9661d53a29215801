-- carry: whose FIFOs a key stands in. It counts for the producer by whose FIFO it leaves. Where the one who asked first
-- has a share of the day, the others who want it have it in theirs, too: a spent share holds back nobody else's work.
local carry = {}
do
  local producers, shares = {}, nil

  function carry.producerOf(leg)
    producers[leg] = producers[leg] or cjson.decode(redis.call('HGET', P .. 'leg:' .. leg, 'head')).createdBy
    return producers[leg]
  end

  local function sharesOf()
    if shares == nil then shares = have((limitsOf('quotas') or {}).shares) or false end
    return shares
  end

  function carry.hasShares() return sharesOf() ~= false end

  -- May the share of the first producer keep the key from the other one?
  local function mayKeep(first, producer)
    if first == producer then return false end
    for _, units in pairs(sharesOf() or {}) do
      if units[first] then return true end
    end
    return false
  end

  -- The producer asks for a key that waits already, first asked for by the leg.
  function carry.isNeeded(leg, producer) return carry.hasShares() and mayKeep(carry.producerOf(leg), producer) end

  -- The key stands in a FIFO again, by the name of the first: class TAB producer TAB group. The others get it, too.
  function carry.toOthers(L, queue, held, digest)
    local class, first, group = splitQueue(queue)
    if not string.find(held, '+', 1, true) or not carry.hasShares() then return end
    local met, key, from = {}, P .. 'more:' .. refKey(held), 0
    repeat
      local interests = redis.call('LRANGE', key, from, from + WIDE - 1)
      for _, ref in ipairs(interests) do
        local leg, pos = splitRef(ref)
        local waits = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos) == 'p'
        local producer = waits and carry.producerOf(leg)
        if producer and not met[producer] and mayKeep(first, producer) then
          met[producer] = true
          local other = class .. '\t' .. producer .. '\t' .. group
          if redis.call('RPUSH', L .. ':' .. class .. ':q:' .. producer .. ':' .. group, digest) == 1 then joinRing(L, other) end
        end
      end
      from = from + WIDE
    until #interests < WIDE
  end
end
