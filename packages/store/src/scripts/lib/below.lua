-- below: URLs that wait in directories which may be purged in their place (`rollUp` of the lane's limits), counted as they
-- come and go: `below:<directory> TAB <options>` holds their digests, `rollups` the names of the sets that may have enough,
-- the fullest last.
-- What has come back from a wider purge is not counted again: where that failed, the URLs are to go themselves.
local below = {}
do
  -- A directory that has left the configuration leaves its set behind.
  local KEPT_MS = 3 * 86400000

  function below.key(L, name) return L .. ':below:' .. name end

  local function nameOf(directory, options) return directory .. '\t' .. options end

  -- The one of these directories that a target lies in, where it is spelled so that a purge of that covers it.
  local function finder(directories)
    local isNamed, met = {}, {}
    for _, directory in ipairs(directories) do isNamed[directory] = true end
    return function(text)
      local places = cover.placesOf('directory', text)
      -- Neighbours share a list.
      if met[places] == nil then
        met[places] = false
        for _, place in ipairs(places) do met[places] = met[places] or (isNamed[place] and place) end
      end
      return met[places]
    end
  end

  -- Keys that begin to wait, with these options.
  function below.add(lane, limits, options, digests, texts)
    local L, inside, find = laneKey(lane), {}, finder(limits.rollUp.directories)
    for i, digest in ipairs(digests) do
      local directory = find(texts[i])
      if directory then
        inside[directory] = inside[directory] or {}
        table.insert(inside[directory], digest)
      end
    end
    for directory, list in pairs(inside) do
      local name = nameOf(directory, options)
      local setKey = below.key(L, name)
      wide('SADD', setKey, list)
      redis.call('PEXPIRE', setKey, KEPT_MS)
      local count = redis.call('SCARD', setKey)
      -- One that had to wait keeps its place behind the others.
      local isPutOff = tonumber(redis.call('ZSCORE', L .. ':rollups', name) or '0') < 0
      if count >= limits.rollUp.atLeast and not isPutOff then redis.call('ZADD', L .. ':rollups', count, name) end
    end
  end

  -- Keys of a group that wait no more.
  function below.drop(lane, limits, group, digests)
    if not limits.rollUp or #digests == 0 then return end
    local domain, options = string.match(group, '^([^|]*)|(.*)$')
    for _, directory in ipairs(limits.rollUp.directories) do
      if cover.domainOf(directory) == domain then wide('SREM', below.key(laneKey(lane), nameOf(directory, options)), digests) end
    end
  end

  -- The name of a set that may have enough now, or nil.
  function below.due(lane, limits)
    local L = laneKey(lane)
    if not limits or not limits.rollUp or tonumber(redis.call('HGET', L, 'rollUpAt') or '0') > now then return nil end
    return redis.call('ZREVRANGE', L .. ':rollups', 0, 0)[1]
  end
end
