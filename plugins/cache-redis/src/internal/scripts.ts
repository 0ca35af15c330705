/**
 * What Redis does in one step, as Lua. An answer that a call has begun to fetch before somebody else may, and before
 * somebody dropped such answers, must not overwrite what came after: leases carry a number that only rises (a fencing
 * token), and `store` compares it where nothing can come between.
 */

/**
 * `numbers(fence, floor)`: the number of the last lease, and the least whose answer is kept. Where Redis has lost one of them,
 * or it is not a number, both begin again at the time in us: above all that were given out, so nothing that was asked for
 * before is kept. What Redis holds already was checked when it was stored, and stays. They rise by one for each lease, so
 * what is more than a day ahead of the time was never one of them. `replied(value)`: the value, in a table where one of the
 * numbers was there and had to be mended.
 */
const numbers = `
local mended = false
local function number(key, most)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'string' or not string.match(text, '^[1-9]%d*$') then return nil end
  local value = tonumber(text)
  return value <= most and value or nil
end
local function numbers(fence, floor)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local most = now + 24 * 3600 * 1000000
  local last, least = number(fence, most), number(floor, most)
  if last and least and last >= least then return last, least end
  mended = redis.call('EXISTS', fence, floor) > 0
  now = math.max(now, last or 0, least or 0)
  redis.call('SET', fence, string.format('%.0f', now))
  redis.call('SET', floor, string.format('%.0f', now))
  return now, now
end
local function replied(value)
  if mended then return { value } end
  return value
end`

/** The number of the last lease. */
export const last = `${numbers}
return replied((numbers(KEYS[1], KEYS[2])))`

/**
 * The entry, if there is one now; else the number of the lease that is this caller's now. Where another leads: the number of
 * the last lease that there was, negative.
 */
export const acquire = `${numbers}
if ARGV[3] ~= '1' then
  local kept = redis.call('GET', KEYS[1])
  if kept then return kept end
end
local fence = numbers(KEYS[3], KEYS[4])
if redis.call('EXISTS', KEYS[2]) == 1 then return replied(-fence) end
fence = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[2], string.format('%.0f:', fence) .. ARGV[1], 'PX', ARGV[2])
return replied(fence)`

/** 1 where the lease is still this caller's and lasts longer now. */
export const renew = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`

/** Gives the lease back, and tells those who wait. */
export const release = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`

/**
 * 1 where the answer was kept: if nothing was dropped since the number of its lease, or that of the last lease when its call
 * began. `fenced`: only under its lease. `polite`: only where there is neither answer nor lease. `anyway`: it is newer than
 * whatever is there. A Redis that has lost its numbers keeps nothing that was asked for before. The last keys are the
 * indexes, from which each store takes out some entries whose time is over.
 */
export const store = `${numbers}
local mode, lease = ARGV[1], redis.call('GET', KEYS[2])
local fence, floor = numbers(KEYS[4], KEYS[3])
if mode == 'fenced' then
  if lease ~= ARGV[2] then return replied(0) end
elseif mode == 'polite' and (lease or redis.call('EXISTS', KEYS[1]) == 1) then
  return replied(0)
end
local since = tonumber(string.match(ARGV[2], '^%d+'))
if since and (since < floor or since > fence) then return replied(0) end
local px = tonumber(ARGV[4])
redis.call('SET', KEYS[1], ARGV[3], 'PX', px)
if lease then redis.call('DEL', KEYS[2]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 5, #KEYS do
  local over = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'LIMIT', 0, 32)
  if #over > 0 then redis.call('ZREM', KEYS[i], unpack(over)) end
  redis.call('ZADD', KEYS[i], now + px, ARGV[i + 2])
  if redis.call('PTTL', KEYS[i]) < px then redis.call('PEXPIRE', KEYS[i], px) end
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return replied(1)`

/** What was asked for until now is not kept any more, and in no process followed. */
export const fence = `${numbers}
numbers(KEYS[1], KEYS[2])
local now = redis.call('INCR', KEYS[1])
redis.call('SET', KEYS[2], string.format('%.0f', now))
redis.call('PUBLISH', ARGV[1], ARGV[2])
return replied(now)`

/** Drops entries: those of the keys from the third on, with the members from the third argument on. Gives how many there were. */
export const drop = `
local dropped = 0
for i = 3, #KEYS do
  dropped = dropped + redis.call('UNLINK', KEYS[i])
  redis.call('ZREM', KEYS[1], ARGV[i])
  redis.call('ZREM', KEYS[2], ARGV[i])
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return dropped`
