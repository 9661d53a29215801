-- underway: which purges of a lane have not ended, for the prefetches that wait for them. A purge is named by the ref
-- that stands for its key. `keys` tells of those that wait for their seal without options; `underway` tells of all
-- others by the digest without its tag (for lanes that reach a whole host: by the host), with options or sealed. A
-- ref stands there once; by host, once for each of its lives.
local PREFETCH_OF = {
  ['purge-url'] = 'prefetch-url',
  ['purge-directory'] = 'prefetch-url',
  ['purge-pattern'] = 'prefetch-url',
  ['purge-ignore-params'] = 'prefetch-url',
  ['purge-media'] = 'prefetch-media',
}
local REACHES_HOST = { ['purge-pattern'] = true, ['purge-ignore-params'] = true }

-- The lane whose prefetches wait for this lane's purges; nil: there is none.
local function laneAfter(lane)
  local after = PREFETCH_OF[lane]
  return after and redis.call('HEXISTS', P .. 'limits', 'lane:' .. after) == 1 and after or nil
end

-- What the hash holds for these fields, by field; in slices that unpack() takes.
local function readFields(L, part, fields)
  local found = {}
  if #fields == 0 or redis.call('EXISTS', L .. part) == 0 then return found end
  for from = 1, #fields, WIDE do
    local to = math.min(from + WIDE - 1, #fields)
    local values = redis.call('HMGET', L .. part, unpack(fields, from, to))
    for i = from, to do
      local value = values[i - from + 1]
      if value then found[fields[i]] = value end
    end
  end
  return found
end

local function addUnderway(L, fields, refs)
  if #fields == 0 then return end
  local lists, changed = readFields(L, ':underway', fields), {}
  for i, field in ipairs(fields) do
    local list = lists[field]
    lists[field] = list and list .. ' ' .. refs[i] or refs[i]
    changed[2 * i - 1] = field
    changed[2 * i] = lists[field]
  end
  wide('HSET', L .. ':underway', changed, 2)
end

-- The list without one mention of the ref; `other`, where given, stands for it.
local function replaced(list, ref, other)
  if list == ref then return other or '' end
  local kept, found = {}, false
  for each in string.gmatch(list, '%S+') do
    if each ~= ref or found then
      kept[#kept + 1] = each
    else
      found = true
      if other then kept[#kept + 1] = other end
    end
  end
  return table.concat(kept, ' ')
end

-- Takes each ref out once; `others[i]`, where given, takes its place.
local function dropUnderway(L, fields, refs, others)
  local lists, changed, gone = readFields(L, ':underway', fields), {}, {}
  for i, field in ipairs(fields) do
    local list = lists[field]
    if list then
      list = replaced(list, refs[i], others and others[i])
      lists[field] = list
      if list == '' then
        gone[#gone + 1] = field
      else
        changed[#changed + 1] = field
        changed[#changed + 1] = list
      end
    end
  end
  wide('HSET', L .. ':underway', changed, 2)
  wide('HDEL', L .. ':underway', gone)
end

-- Nothing of a lane that reaches whole hosts is left: refs of hosts that nobody asked about since go.
local function forgetHosts(lane)
  if not REACHES_HOST[lane] then return end
  local L = laneKey(lane)
  local left = redis.call('HLEN', L .. ':keys')
  for _, part in ipairs({ ':sending', ':retry', ':running' }) do left = left + redis.call('ZCARD', L .. part) end
  if left == 0 then redis.call('DEL', L .. ':underway') end
end

-- Whether a target has not ended; one that is past its retention has.
local function isOpen(ref)
  local leg, pos = splitRef(ref)
  local letter = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos)
  return letter ~= '' and not IS_END[letter]
end

-- Field → refs of the purges that have not ended; fields without any are missing.
local function openPurges(lane, fields)
  local L, open = laneKey(lane), {}
  local pending = REACHES_HOST[lane] and {} or readFields(L, ':keys', fields)
  local others = readFields(L, ':underway', fields)
  for _, field in ipairs(fields) do
    local refs, met = {}, {}
    local function add(ref)
      refs[#refs + 1] = ref
      met[ref] = true
    end
    if pending[field] then add(refKey(pending[field])) end
    for ref in string.gmatch(others[field] or '', '%S+') do
      if not met[ref] and isOpen(ref) then add(ref) end
    end
    if #refs > 0 then open[field] = refs end
  end
  return open
end
