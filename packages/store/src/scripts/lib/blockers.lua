-- blockers: which open purges a prefetch that is being staged has to wait for.
local function newBarrier(producer, group, refs, digest)
  local purges = {}
  for i, ref in ipairs(refs) do purges[i] = { ref = ref, from = 0 } end
  return { at = now, producer = producer, group = group, purges = purges, digest = digest }
end

-- Adds barriers to what `after` tells: additions maps a purge to the new barriers that it is in.
local function addAfter(L, additions)
  local purges = {}
  for purge in pairs(additions) do purges[#purges + 1] = purge end
  local after, changed = readFields(L, ':after', purges), {}
  for _, purge in ipairs(purges) do
    changed[#changed + 1] = purge
    changed[#changed + 1] = (after[purge] and after[purge] .. ' ' or '') .. table.concat(additions[purge], ' ')
  end
  wide('HSET', L .. ':after', changed, 2)
end

-- Which of these the barrier does not wait for.
local function lacking(barrier, refs)
  local has, list = {}, {}
  for _, purge in ipairs(barrier.purges) do has[purge.ref] = true end
  for _, ref in ipairs(refs) do
    if not has[ref] then list[#list + 1] = ref end
  end
  return list
end

-- What the wrapper tells of directories: their digests, one after the other, and for each target which of them hold it.
-- nil for purges, which wait for nothing.
local function coversOf(lane, digests, lists)
  if string.sub(lane, 1, 9) ~= 'prefetch-' then return nil end
  local covers = {}
  for list in string.gmatch(lists, '([^\n]*)\n') do
    local held = {}
    for n in string.gmatch(list, '%d+') do held[#held + 1] = string.sub(digests, n * 16 - 15, n * 16) end
    covers[#covers + 1] = held
  end
  return covers
end

-- The gate of a host's open purges: the newest one where nothing was staged since, else another one.
local function gateOf(L, host, purges)
  local newest = redis.call('HGET', L .. ':gates', '@' .. host)
  local barrier = newest and order.read(L, newest)
  if barrier and #lacking(barrier, purges) == 0 then return newest end
  local id = 'g' .. redis.call('HINCRBY', P .. 'account', 'barriers', 1)
  redis.call('HSET', L .. ':gates', id, order.text(newBarrier(host, '', purges, '')), '@' .. host, id)
  local additions = {}
  for _, purge in ipairs(purges) do additions[purge] = { id } end
  addAfter(L, additions)
  return id
end

-- digests without tags; covers[i]: digests of the directories that hold the target; hosts[i]. Returns, by index, the
-- purges and gates to wait for, nil where there are none; and ref → its lane and digest, of purges of a known key.
local function blockersOf(lane, digests, covers, hosts)
  local found, places = {}, {}
  local function add(i, blocker)
    found[i] = found[i] or {}
    found[i][#found[i] + 1] = blocker
  end
  local function addOf(i, purgeLane, digest, refs)
    for _, ref in ipairs(refs or {}) do
      add(i, ref)
      places[ref] = { purgeLane, digest }
    end
  end
  if lane == 'prefetch-media' then
    local media = openPurges('purge-media', digests)
    for i, digest in ipairs(digests) do addOf(i, 'purge-media', digest, media[digest]) end
    return found, places
  end
  local fields, hostNames, met = {}, {}, {}
  for i in ipairs(digests) do
    for _, cover in ipairs(covers[i]) do
      if not met[cover] then fields[#fields + 1] = cover end
      met[cover] = true
    end
    if not met['@' .. hosts[i]] then hostNames[#hostNames + 1] = hosts[i] end
    met['@' .. hosts[i]] = true
  end
  local urls, directories = openPurges('purge-url', digests), openPurges('purge-directory', fields)
  local gates = {}
  for _, purgeLane in ipairs({ 'purge-pattern', 'purge-ignore-params' }) do
    for host, refs in pairs(openPurges(purgeLane, hostNames)) do
      gates[host] = gates[host] or {}
      for _, ref in ipairs(refs) do table.insert(gates[host], ref) end
    end
  end
  for host, purges in pairs(gates) do gates[host] = gateOf(laneKey(lane), host, purges) end
  for i, digest in ipairs(digests) do
    addOf(i, 'purge-url', digest, urls[digest])
    for _, cover in ipairs(covers[i]) do addOf(i, 'purge-directory', cover, directories[cover]) end
    if gates[hosts[i]] then add(i, gates[hosts[i]]) end
  end
  return found, places
end
