/**
 * What Redis does in one step, as Lua. An answer that a call has begun to fetch before somebody else may, and before
 * somebody dropped such answers, must not overwrite what came after: leases carry a number that only rises (a fencing
 * token), and `store` compares it where nothing can come between.
 */

/** The entry, if there is one now; 0 where another leads; else the number of the lease that is this caller's now. */
export const acquire = `
if ARGV[3] ~= '1' then
  local kept = redis.call('GET', KEYS[1])
  if kept then return kept end
end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[2], fence .. ':' .. ARGV[1], 'PX', ARGV[2])
return fence`

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
 * 1 where the answer was kept. `fenced`: only under the lease, and if nothing was dropped since it began. `polite`: only
 * where there is neither answer nor lease. `anyway`: it is newer than whatever is there. The last keys are the indexes, from
 * which each store takes out some entries whose time is over.
 */
export const store = `
local mode, lease = ARGV[1], redis.call('GET', KEYS[2])
if mode == 'fenced' then
  if lease ~= ARGV[2] then return 0 end
  local floor = redis.call('GET', KEYS[3])
  if floor and tonumber(string.match(ARGV[2], '^%d+')) < tonumber(floor) then return 0 end
elseif mode == 'polite' and (lease or redis.call('EXISTS', KEYS[1]) == 1) then
  return 0
end
local px = tonumber(ARGV[4])
redis.call('SET', KEYS[1], ARGV[3], 'PX', px)
if lease then redis.call('DEL', KEYS[2]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 4, #KEYS do
  local over = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'LIMIT', 0, 32)
  if #over > 0 then redis.call('ZREM', KEYS[i], unpack(over)) end
  redis.call('ZADD', KEYS[i], now + px, ARGV[i + 3])
  if redis.call('PTTL', KEYS[i]) < px then redis.call('PEXPIRE', KEYS[i], px) end
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1`

/** What was asked for until now is not kept any more. */
export const fence = `
local now = redis.call('INCR', KEYS[1])
redis.call('SET', KEYS[2], now)
return now`

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
