-- roots: texts of work that may cover other work, for those who walk up their paths (`cover`).
local roots = {}

-- New work that may cover other work; what waits already is looked through for it by the sweeps.
function roots.add(lane, limits, texts, digests, refs)
  local L, fields = laneKey(lane), {}
  if not limits or not limits.covers or #refs == 0 then return end
  local found = readFields(L, ':roots', texts)
  for i, text in ipairs(texts) do
    found[text] = (found[text] or string.sub(digests[i], 1, BARE)) .. ' ' .. refs[i]
    fields[#fields + 1] = text
    fields[#fields + 1] = found[text]
  end
  wide('HSET', L .. ':roots', fields, 2)
  for _, narrow in ipairs(limits.covers) do
    local narrowKey = laneKey(narrow)
    local isWaiting = redis.call('EXISTS', narrowKey .. ':keys') == 1
    if isWaiting and redis.call('HSETNX', narrowKey, 'lookThrough', '0') == 0 then redis.call('HSET', narrowKey, 'lookAgain', 1) end
  end
end

-- others[i], where given, takes its place.
function roots.drop(lane, refs, others)
  local L = laneKey(lane)
  if #refs == 0 or redis.call('EXISTS', L .. ':roots') == 0 then return end
  local texts = textsOf(refs)
  for i, ref in ipairs(refs) do
    local root = texts[i] and redis.call('HGET', L .. ':roots', texts[i])
    local left = root and replaced(string.sub(root, BARE + 1), ref, others and others[i])
    if left == '' then
      redis.call('HDEL', L .. ':roots', texts[i])
    elseif left then
      redis.call('HSET', L .. ':roots', texts[i], string.sub(root, 1, BARE) .. ' ' .. left)
    end
    cover.forget(ref)
  end
end

-- Is anything that this lane may cover still looked through for it?
function roots.isAwaited(limits)
  for _, narrow in ipairs(limits and limits.covers or {}) do
    if redis.call('HEXISTS', laneKey(narrow), 'lookThrough') == 1 then return true end
  end
  return false
end
