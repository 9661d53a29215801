-- base: what every script starts with. P is the account's prefix, `<prefix>:{<account>}:`; every key a
-- script touches begins with it, so all of them share one Redis Cluster slot.
local P = KEYS[1]

-- The account's own time, which goes on evenly when Redis's clock is set: `shift` makes up for that. ARGV[1] is the skew
-- in ms, 0 outside tests, and what the caller knows of the time by its monotonic clock: at least, at most. A step that
-- finds another time does nothing: the caller judges whether it is late or the clock was set.
-- `elapsedMs`: since the script began. Redis 7.2 and later stop their clock for a script: nothing, then.
local now, shift, elapsedMs
do
  local function redisMs()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
  local begunMs = redisMs()
  function elapsedMs() return redisMs() - begunMs end
  local skew, least, most = string.match(ARGV[1], '^(%S+) ?(%S*) ?(%S*)$')
  shift = tonumber(redis.call('HGET', P .. 'account', 'shiftMs') or '0')
  -- Whole milliseconds: 13 digits, exact in Lua's doubles and in its 14-digit number-to-text.
  now = begunMs + tonumber(skew) + shift
  if least ~= '' and (now < tonumber(least) or now > tonumber(most)) then
    return redis.error_reply(string.format('CLOCK %.0f %.0f', now, shift))
  end
end

-- An instant of the account's time by Redis's clock as it is now, for people.
local function shown(ms) return ms and tonumber(ms) and string.format('%.0f', tonumber(ms) - shift) or ms end

-- The provider's clock against ours in whole seconds, for times that people are shown. `Date` hides fractions, so that
-- one clock's replies tell up to a second more or less than the first: this one stands for all of them. Up to 3 s too
-- little: a time that it tells is never too early.
local function steadySkew(skew, steady)
  if steady and skew >= steady and skew < steady + 3000 then return steady end
  return math.floor(skew / 1000) * 1000 - 1000
end
local function shownSkew()
  local skew = redis.call('HMGET', P .. 'account', 'skewMs', 'steadySkewMs')
  return skew[1] and steadySkew(tonumber(skew[1]), skew[2] and tonumber(skew[2])) or 0
end

-- A slot's job starts within this long, or rescue asks the queue for it.
local LEASE_MS = 20000
-- A claimed question about a lost answer comes back after as long, so a look at its batch is worth nothing sooner.
-- Who reads a longer list claims it again.
local LOOK_MS = 20000
-- unpack() and variadic commands stay well below Lua's C stack limit of about 8,000.
local WIDE = 1000

local function laneKey(lane) return P .. 'lane:' .. lane end

-- A lane's field: until when the producer has no share left of what a call with these options spends.
local function spentBy(producer, options) return 'spent:by:' .. producer .. ' ' .. options end

-- Up to Redis 7.0 a hash that begins with many fields is built as a list first, each field looked for in all before it
-- (a millisecond for 1,000, measured on 7.0.15). A value that no such list may hold makes it a table at once.
local MOST_LISTED = 512
local NOT_LISTED = string.rep(' ', 65)

-- Calls a variadic command in slices: args must go in groups of `step` (2 for field-value pairs).
local function wide(command, key, args, step)
  local slice = WIDE * (step or 1)
  local begins = command == 'HSET' and #args > 2 * MOST_LISTED and redis.call('HLEN', key) < MOST_LISTED
  if begins then redis.call('HSET', key, '', NOT_LISTED) end
  for from = 1, #args, slice do
    redis.call(command, key, unpack(args, from, math.min(from + slice - 1, #args)))
  end
  if begins then redis.call('HDEL', key, '') end
end

local function limitsOf(field)
  local text = redis.call('HGET', P .. 'limits', field)
  return text and cjson.decode(text) or nil
end

-- Equal keys with other options are other work: the tag behind a digest keeps them apart.
local function tagOf(options)
  if options == '{}' then return '' end
  return string.sub(redis.sha1hex(options), 1, 8)
end

-- cjson turns JSON's null into a userdata that is true: `have` is nil for it.
local function have(value)
  if value == cjson.null then return nil end
  return value
end

-- Another server than the last one, told by its replication id, may have forgotten its last writes: a replica in its
-- master's place, or a restart after a power cut. Numbers that it would give again live on in processes and at the
-- provider, so it begins far above them. After a promotion grants may be lost as well: a window is waited out. A
-- restart takes longer than the second that a power cut may lose of the log, and costs nothing else here.
local NUMBERS_APART = 100000
local function noticeServer()
  local told = redis.call('INFO', 'replication')
  local server = string.match(told, 'master_replid:(%x+)')
  local known = redis.call('HGET', P .. 'account', 'server')
  if known == server then return end
  redis.call('HSET', P .. 'account', 'server', server)
  if not known then return end
  redis.call('HINCRBY', P .. 'account', 'batches', NUMBERS_APART)
  redis.call('HINCRBY', P .. 'account', 'slots', NUMBERS_APART)
  if not string.find(told, 'master_replid2:0+%s') then redis.call('HSET', P .. 'account', 'lostAt', now) end
end

local function newNumber(counter)
  noticeServer()
  return redis.call('HINCRBY', P .. 'account', counter, 1)
end
