-- look_through: what waits in a lane, for work that was staged later and covers it.

-- Of these keys that wait (digest, held), takes those in that something covers. Returns their digests.
local function takeCovered(lane, limits, items)
  local refs, targets, taken, digests = {}, {}, {}, {}
  for i, item in ipairs(items) do refs[i] = refKey(item.held) end
  local texts = textsOf(refs)
  for i, item in ipairs(items) do targets[i] = { lane = lane, held = item.held, text = texts[i] or '' } end
  local covering = cover.find(limits, targets)
  for i, item in ipairs(items) do
    if covering[i] then
      item.root = covering[i]
      taken[#taken + 1] = item
      digests[#taken] = item.digest
    end
  end
  wide('HDEL', laneKey(lane) .. ':keys', digests)
  absorb.take(lane, taken)
  return digests
end

-- One step through all of them.
local function lookThrough(lane, limits)
  local L = laneKey(lane)
  local cursor = redis.call('HGET', L, 'lookThrough')
  if not cursor or not limits then return end
  if not cover.isPossible(limits) then return redis.call('HDEL', L, 'lookThrough', 'lookAgain') end
  local items = {}
  local scan = redis.call('HSCAN', L .. ':keys', cursor, 'COUNT', WIDE)
  for i = 1, #scan[2], 2 do
    items[#items + 1] = { digest = scan[2][i], held = scan[2][i + 1] }
  end
  takeCovered(lane, limits, items)
  if scan[1] ~= '0' then
    redis.call('HSET', L, 'lookThrough', scan[1])
  elseif redis.call('HDEL', L, 'lookAgain') == 1 then
    redis.call('HSET', L, 'lookThrough', '0')
  else
    redis.call('HDEL', L, 'lookThrough')
  end
end
