-- origin: the lane that a target was staged in; nil: its leg is past its retention.
local function laneOf(leg, pos)
  local chunk = redis.call('HGET', P .. 'leg:' .. leg, 'c:' .. math.floor(pos / 1000))
  return chunk and string.sub(chunk, 2) or nil
end
