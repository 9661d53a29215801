-- texts: targets as they were spelled; each is stored once, in its leg's chunk.
local CHUNK = 1000

-- Texts in order of targets that `splitRefs` has read; false where the leg is past its retention. Returns, too, whether
-- there are such.
local function textsAt(targets)
  local texts, at, areMissing = {}, 1, false
  while at <= #targets.legs do
    local from = targets.positions[at]
    local chunk = math.floor(from / CHUNK)
    local count = math.min(neighbours(targets, at), (chunk + 1) * CHUNK - from)
    local key, first = P .. 'leg:' .. targets.legs[at] .. ':t:' .. chunk, from - chunk * CHUNK
    local found = redis.call('LRANGE', key, first, first + count - 1)
    for i = 1, count do texts[at + i - 1] = found[i] or false end
    areMissing = areMissing or #found < count
    at = at + count
  end
  return texts, areMissing
end

local function textsOf(refs) return (textsAt(splitRefs(refs))) end
