-- cover: which other work does what a target asks for as well. `roots` of a covering lane holds that work until it
-- has ended: its text → digest (16 bytes), then refs. So whoever looks walks up its own path in the few texts that
-- are there, and no index of what waits is needed. Texts are compared as they are spelled: where a spelling could
-- mean another place than it seems to, nothing covers the target, and it is sent itself.
local cover = {}
do
  local decoded = {}
  local function parsed(options)
    decoded[options] = decoded[options] or cjson.decode(options)
    return decoded[options]
  end

  local function rankOf(rule, name, options)
    if rule.needs and options[rule.needs] == nil then return 0 end
    local value = options[name]
    if value == nil then return rule.absent end
    return rule.words and rule.words[tostring(value)] or tonumber(value)
  end

  -- Comma lists; a missing one is everything.
  local function holdsAll(wide, narrow)
    if wide == nil then return true end
    if narrow == nil then return false end
    for word in string.gmatch(narrow, '[^,]+') do
      if not string.find(',' .. wide .. ',', ',' .. word .. ',', 1, true) then return false end
    end
    return true
  end

  local function isEqual(one, other) return cjson.encode({ one }) == cjson.encode({ other }) end

  local function reaches(rule, name, wide, narrow)
    if isEqual(wide[name], narrow[name]) then return true end
    if not rule then return false end
    if rule.kind == 'list' then return holdsAll(wide[name], narrow[name]) end
    local mine, its = rankOf(rule, name, wide), rankOf(rule, name, narrow)
    return mine ~= nil and its ~= nil and mine >= its
  end

  local known = {}
  local function coversOptions(rules, wide, narrow)
    if wide == narrow then return true end
    local pair = wide .. '\n' .. narrow
    if known[pair] == nil then
      known[pair] = true
      local names = {}
      for _, options in ipairs({ parsed(wide), parsed(narrow), rules }) do
        for name in pairs(options) do names[name] = true end
      end
      for name in pairs(names) do
        if not reaches(rules[name], name, parsed(wide), parsed(narrow)) then known[pair] = false end
      end
    end
    return known[pair]
  end

  -- The host of a URL that is spelled as its key is.
  function cover.domainOf(text) return string.match(text, '^https?://([%l%d.-]*[%l%d]):?%d*/') end

  -- Dot segments lead elsewhere.
  local function hasDots(path)
    return string.find(path, '[.%%]') and string.find('/' .. string.gsub(path, '%%2[eE]', '.') .. '/', '/%.%.?/')
  end

  -- The directory and those that it lies in, the widest first. What lies deeper, or is longer, covers nothing: each place
  -- is a text of its own, so 1,000 URLs of 10 KB of slashes would be gigabytes of them.
  local MOST_LEVELS, MOST_PLACE_CHARS = 32, 1024
  local function upwards(directory)
    local places, at = {}, string.find(directory, '/', 9, true)
    if not cover.domainOf(directory) or hasDots(directory) then return places end
    while at and at <= MOST_PLACE_CHARS and #places < MOST_LEVELS do
      places[#places + 1] = string.sub(directory, 1, at)
      at = string.find(directory, '/', at + 1, true)
    end
    return places
  end

  local NOWHERE, placesIn = {}, {}
  -- The texts that would cover a target: it, or the directories that it lies in.
  function cover.placesOf(reach, text)
    if reach == 'key' then return { text } end
    local query = string.find(text, '?', 1, true)
    local directory, name = string.match(query and string.sub(text, 1, query - 1) or text, '^(.*/)(.*)$')
    if not directory or hasDots(name) then return NOWHERE end
    placesIn[directory] = placesIn[directory] or upwards(directory)
    return placesIn[directory]
  end

  local options = {}
  function cover.optionsOf(lane, leg)
    local name = lane .. ' ' .. leg
    options[name] = options[name] or redis.call('HGET', P .. 'leg:' .. leg, 'o:' .. lane) or '{}'
    return options[name]
  end

  -- What is spent until a day's end cannot take in what might go itself: with these options, or for who asked for it.
  function cover.isSpent(lane, ofOptions, leg)
    local L = laneKey(lane)
    local by = carry.hasShares() and spentBy(carry.producerOf(leg), ofOptions) or 'spent'
    local skew = tonumber(redis.call('HGET', P .. 'account', 'skewMs') or '0')
    for _, day in ipairs(redis.call('HMGET', L, 'spent', 'spent:' .. ofOptions, by)) do
      if day and tonumber(day) > now + skew then return true end
    end
    return false
  end

  -- A day that is over holds back nobody any more: option sets that nobody asks for again would leave theirs.
  function cover.forgetDays(lane)
    local L = laneKey(lane)
    local skew = tonumber(redis.call('HGET', P .. 'account', 'skewMs') or '0')
    local scan = redis.call('HSCAN', L, redis.call('HGET', L, 'daysCursor') or '0', 'MATCH', 'spent*', 'COUNT', 100)
    redis.call('HSET', L, 'daysCursor', scan[1])
    for i = 1, #scan[2], 2 do
      if tonumber(scan[2][i + 1]) <= now + skew then redis.call('HDEL', L, scan[2][i]) end
    end
  end

  -- What is known of a root; its letter may change while the script runs: `forget` says so.
  local roots = {}
  local function rootOf(lane, ref, text, digest)
    if roots[ref] then return roots[ref] end
    local leg, pos = splitRef(ref)
    local root = { lane = lane, ref = ref, text = text, digest = digest, options = cover.optionsOf(lane, leg) }
    root.letter = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos)
    if root.letter == 'p' then
      root.takes = not cover.isSpent(lane, root.options, leg)
    elseif root.letter == 's' or root.letter == 'u' or root.letter == 'c' then
      local batch = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':b', pos * 4, pos * 4 + 3)
      local b = #batch == 4 and redis.call('HMGET', P .. 'batch:' .. string.format('%d', (struct.unpack('>I4', batch))), 'seal', 'waits') or {}
      root.seal = tonumber(b[1] or nil)
      root.takes = root.seal ~= nil and b[2] ~= 'quota'
    end
    roots[ref] = root
    return root
  end

  function cover.forget(ref) roots[ref] = nil end

  local clocks = {}
  local function clockOf(ref)
    local leg, pos = splitRef(ref)
    local chunk = leg .. ' ' .. math.floor(pos / CHUNK)
    clocks[chunk] = clocks[chunk] or tonumber(redis.call('HGET', P .. 'leg:' .. leg, 'k:' .. math.floor(pos / CHUNK)) or nil) or math.huge
    return clocks[chunk]
  end

  -- When the last of those who want the key was staged, on the logical clock.
  local function stagedAt(held)
    local newest, _, _, more = clockOf(held), splitRef(held)
    if not more then return newest end
    local interests = redis.call('LRANGE', P .. 'more:' .. refKey(held), 0, WIDE)
    if #interests > WIDE then return math.huge end
    for _, ref in ipairs(interests) do newest = math.max(newest, clockOf(ref)) end
    return newest
  end

  -- Never one that was sealed already when the target was staged: the copy may have changed since. What the target
  -- has absorbed itself may be younger than it is.
  local function isFresh(root, lane, held)
    if root.letter == 'p' then return true end
    if redis.call('HEXISTS', laneKey(lane) .. ':absorbs', refKey(held)) == 1 then return false end
    return root.seal > stagedAt(held)
  end

  local function rootFor(by, places, found, target)
    local leg = splitRef(target.held)
    for _, text in ipairs(places) do
      for ref in string.gmatch(found[text] and string.sub(found[text], BARE + 1) or '', '%S+') do
        local root = ref ~= refKey(target.held) and rootOf(by.lane, ref, text, string.sub(found[text], 1, BARE))
        if root and root.takes and coversOptions(by.options, root.options, cover.optionsOf(target.lane, leg)) and isFresh(root, target.lane, target.held) then
          return root
        end
      end
    end
  end

  -- Whether there is anything that could cover targets of the lane with these limits.
  function cover.isPossible(limits)
    for _, by in ipairs(limits and limits.coveredBy or {}) do
      if redis.call('EXISTS', laneKey(by.lane) .. ':roots') == 1 then return true end
    end
    return false
  end

  -- targets: lane, held (as in `keys`), text. Returns by index what covers each; nil: nothing does.
  function cover.find(limits, targets)
    local covering = {}
    for _, by in ipairs(limits.coveredBy) do
      local fields, met, places = {}, {}, {}
      for i, target in ipairs(targets) do
        places[i] = covering[i] and NOWHERE or cover.placesOf(by.reach, target.text)
        -- Neighbours share a list.
        for _, text in ipairs(met[places[i]] and NOWHERE or places[i]) do
          if not met[text] then fields[#fields + 1] = text end
          met[text] = true
        end
        met[places[i]] = true
      end
      local found = readFields(laneKey(by.lane), ':roots', fields)
      if next(found) then
        for i, target in ipairs(targets) do covering[i] = covering[i] or rootFor(by, places[i], found, target) end
      end
    end
    return covering
  end
end
