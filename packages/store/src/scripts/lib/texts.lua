-- texts: targets as they were spelled; each is stored once, in its leg's chunk.
-- Calls visit(leg, pos, count, at) for each run of neighbours in one chunk; `at` is the run's first ref.
local CHUNK = 1000
local function eachRun(refs, visit)
  local at = 1
  while at <= #refs do
    local leg, pos = splitRef(refs[at])
    local count = 1
    while at + count <= #refs and (pos + count) % CHUNK ~= 0 do
      local otherLeg, otherPos = splitRef(refs[at + count])
      if otherLeg ~= leg or otherPos ~= pos + count then break end
      count = count + 1
    end
    visit(leg, pos, count, at)
    at = at + count
  end
end

-- Texts of refs in order; false where the leg is past its retention.
local function textsOf(refs)
  local texts = {}
  eachRun(refs, function(leg, pos, count, at)
    local from = pos % CHUNK
    local key = P .. 'leg:' .. leg .. ':t:' .. math.floor(pos / CHUNK)
    local found = redis.call('LRANGE', key, from, from + count - 1)
    for i = 1, count do texts[at + i - 1] = found[i] or false end
  end)
  return texts
end
