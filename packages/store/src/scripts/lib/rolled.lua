-- rolled: directories that nobody asked for: each is purged in the place of URLs that wait in it (`rolled` of its leg).
local rolled = {}
do
  local function legKey(ref) return P .. 'leg:' .. string.match(ref, '^%d+') end

  function rolled.is(ref) return string.find(ref, '^%d+:') ~= nil and redis.call('HEXISTS', legKey(ref), 'rolled') == 1 end

  -- Somebody has asked for the same: from now on it is like any other. So none is among a key's other interests: it could
  -- come to stand for them.
  function rolled.adopt(ref) redis.call('HDEL', legKey(ref), 'rolled') end

  -- Does it hold no URLs any more, so that nobody is served by it?
  function rolled.isIdle(ref)
    return redis.call('EXISTS', P .. 'absorbed:' .. refKey(ref)) == 0 and rolled.is(ref)
  end

  -- Before they are sealed: those of the wanted ones that nobody is served by are cancelled. Never with others' interests.
  function rolled.dropIdle(lane, refs, wanted)
    for i, ref in ipairs(refs) do
      if wanted[i] and not string.find(ref, '+', 1, true) and rolled.isIdle(ref) then
        mark(lane, { refKey(ref) }, 'x', nil, nil, totalsIn(lane))
        wanted[i] = false
      end
    end
  end
end
