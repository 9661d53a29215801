-- raise: what is urgent passes its class on to a purge that it waits for: to its key, or to its batch where it is sealed.
local function raisePurge(ref, lane, digest, producer, host)
  local L, leg, pos = laneKey(lane), splitRef(ref)
  if redis.call('GETRANGE', P .. 'leg:' .. leg .. ':s', pos, pos) == 's' then
    local number = redis.call('GETRANGE', P .. 'leg:' .. leg .. ':b', pos * 4, pos * 4 + 3)
    if #number == 4 then spacing.lendClass(L, string.format('%d', (struct.unpack('>I4', number)))) end
  else
    local options = redis.call('HGET', P .. 'leg:' .. leg, 'o:' .. lane) or '{}'
    local field = digest .. tagOf(options)
    local held = redis.call('HGET', L .. ':keys', field)
    if not held or refKey(held) ~= ref or string.find(held, '!', 1, true) then return end
    redis.call('HSET', L .. ':keys', field, held .. '!')
    local group = host .. '|' .. options
    if redis.call('RPUSH', L .. ':u:q:' .. producer .. ':' .. group, field) == 1 then
      joinRing(L, 'u\t' .. producer .. '\t' .. group)
    end
  end
  local why = redis.call('HGET', L, 'why')
  if why == 'quiet' or why == 'quota' then redis.call('HSET', L, 'retrying', 1) end
  released[lane] = true
end
