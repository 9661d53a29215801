-- others: which rows of the provider's list may be another batch's. Batches of one lane and option set hold a key by
-- turns, some time apart (spacing), but a list tells seconds, and not every option.
local othersOf
do
  local function addKeys(set, keys)
    for i = 1, #keys, BARE do set[string.sub(keys, i, i + BARE - 1)] = true end
  end

  -- What stands in a list of its own has no rows in this one.
  local function isElsewhere(lookup, options, others)
    return lookup and spacing.listOf(lookup, others) ~= spacing.listOf(lookup, options)
  end

  -- Attempts with other options that have not been answered: their rows, if there are any, look like the batch's own.
  local function rivalKeys(L, lookup, number, options)
    local set = {}
    for _, part in ipairs({ ':sending', ':unknown' }) do
      for _, other in ipairs(redis.call('ZRANGE', L .. part, 0, -1)) do
        local o = redis.call('HMGET', P .. 'batch:' .. other, 'options', 'keys')
        local isRival = other ~= number and o[1] ~= options and o[2] and not isElsewhere(lookup, options, o[1])
        if isRival then addKeys(set, o[2]) end
      end
    end
    return set
  end

  -- Keys of known batches by the ids of their tasks. `spans`: for rows without an id, when each of those batches was sent
  -- and accepted.
  local function knownKeys(L, lookup, options, rows)
    local byId, spans, isBlank = {}, {}, false
    for _, row in ipairs(rows) do
      byId[row.id] = {}
      isBlank = isBlank or row.id == ''
    end
    for _, other in ipairs(redis.call('ZRANGE', L .. ':known', 0, -1)) do
      local o = redis.call('HMGET', P .. 'batch:' .. other, 'ids', 'keys', 'sent', 'accepted', 'options')
      for id in string.gmatch(o[2] and o[1] or '', '[^\n]+') do
        if byId[id] then addKeys(byId[id], o[2]) end
      end
      if isBlank and o[2] and o[3] and not isElsewhere(lookup, options, o[5]) then
        spans[#spans + 1] = { from = tonumber(o[3]), to = tonumber(o[4]), keys = o[2] }
      end
    end
    return byId, spans
  end

  -- A row was made within the second after its time, which may be told up to a second too late: so much is the lag of a
  -- clock that is read from whole seconds.
  local function isWithin(span, row) return row.created + 1000 > span.from and row.created - 1000 <= span.to end

  -- rows: list of {id, created, digest}. Returns whether a row may be another batch's.
  function othersOf(L, limits, number, options, rows)
    local lookup = limits and have(limits.lookup)
    local rivals = rivalKeys(L, lookup, number, options)
    local byId, spans = knownKeys(L, lookup, options, rows)
    return function(row)
      if rivals[row.digest] or byId[row.id][row.digest] then return true end
      if row.id ~= '' then return false end
      for _, span in ipairs(spans) do
        if isWithin(span, row) then
          if not span.set then
            span.set = {}
            addKeys(span.set, span.keys)
          end
          if span.set[row.digest] then return true end
        end
      end
      return false
    end
  end
end
