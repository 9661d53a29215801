-- weigh: what a batch's texts take of the call's body, and of a turn.
local weigh = {}
do
  -- What an escaped character takes at most.
  local WIDEST = { form = 3, json = 6 }

  local function bytesOf(text, weight)
    if weight.encoding == 'form' then
      local _, escaped = string.gsub(text, '[^%w%-_.~]', '')
      return #text + 2 * escaped + weight.perItem
    end
    if weight.encoding == 'json' then
      local _, escaped = string.gsub(text, '["\\%c]', '')
      return #text + 5 * escaped + weight.perItem
    end
    return #text + weight.perItem
  end

  -- Do the texts of these indexes fill less of the body than of the batch, though each of their characters were escaped?
  -- While all do, it is never the body that is full first, and nobody has to look at each character.
  local function areShort(limits, texts, indexes)
    local weight, chars = limits.weight, 0
    for _, i in ipairs(indexes) do chars = chars + #(texts[i] or '') end
    local most = chars * (WIDEST[weight.encoding] or 1) + #indexes * weight.perItem
    return most * limits.batch <= #indexes * (limits.bodyBytes - weight.fixed)
  end

  -- The bytes of those of the texts that are to join the batch, by index; nil: they are short. From the first ones that
  -- are not, all are counted.
  function weigh.count(limits, batch, texts, indexes)
    if not batch.bytes then
      if areShort(limits, texts, indexes) then return nil end
      batch.bytes = limits.weight.fixed
      for _, text in ipairs(batch.texts) do batch.bytes = batch.bytes + bytesOf(text, limits.weight) end
    end
    local bytes = {}
    for _, i in ipairs(indexes) do bytes[i] = texts[i] and bytesOf(texts[i], limits.weight) or 0 end
    return bytes
  end

  -- What a group's part of a batch is worth, as a share of whatever fills it first: targets, domains or bytes. So
  -- one who fills batches with ten targets of ten domains has had as much as one with 1,000 of one domain.
  function weigh.worth(limits, taken, bytes, newDomains)
    local maxDomains = have(limits.domains)
    return math.max(
      taken,
      maxDomains and math.ceil(newDomains * limits.batch / maxDomains) or 0,
      math.ceil(bytes * limits.batch / limits.bodyBytes)
    )
  end
end
