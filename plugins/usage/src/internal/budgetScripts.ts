/**
 * The scripts that run in Redis, each one step that nothing comes between. A counter is three keys: a hash of `w` (its
 * window), `u` (used), `h` (held), `a` (the highest mark that was told) and `l:` with the name of each ledger whose share of
 * the use is in it; a hash of what each id holds; and those ids by the time when they expire. Time is that of Redis, so that all processes have the same, and never goes back (`t`).
 */
const common = `
local function month(ms)
  -- Days to civil, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
  local z = math.floor(ms / 86400000) + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local m = mp < 10 and mp + 3 or mp - 9
  local y = yoe + era * 400
  if m <= 2 then y = y + 1 end
  return (y - 1970) * 12 + m - 1
end
local lengths = { minute = 60000, hour = 3600000, day = 86400000 }
local lasting = { minute = 60000, hour = 3600000, day = 86400000, month = 2678400000 }
local function whole(n) return string.format("%.0f", n) end
local clock = redis.call("TIME")
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

-- A counter as it is now: window, used and held, after what has expired was given back.
local function open(at, per)
  local kept = redis.call("HMGET", KEYS[at], "w", "u", "h", "a")
  local window = 0
  if per == "month" then window = month(now) elseif lengths[per] then window = math.floor(now / lengths[per]) end
  local c = { w = tonumber(kept[1]) or window, u = tonumber(kept[2]) or 0, h = tonumber(kept[3]) or 0, a = tonumber(kept[4]) or 0 }
  if window > c.w then c.w = window; c.u = 0; c.a = 0 end
  local over = redis.call("ZRANGEBYSCORE", KEYS[at + 2], "-inf", now)
  for _, id in ipairs(over) do
    c.h = c.h - (tonumber(redis.call("HGET", KEYS[at + 1], id)) or 0)
    redis.call("HDEL", KEYS[at + 1], id)
    redis.call("ZREM", KEYS[at + 2], id)
  end
  return c
end
local function release(at, c, id)
  local held = redis.call("HGET", KEYS[at + 1], id)
  if not held then return end
  c.h = c.h - tonumber(held)
  redis.call("HDEL", KEYS[at + 1], id)
  redis.call("ZREM", KEYS[at + 2], id)
end
local function save(at, c, per, ttl)
  if c.h < 0 then c.h = 0 end
  redis.call("HSET", KEYS[at], "w", whole(c.w), "u", whole(c.u), "h", whole(c.h), "a", whole(c.a))
  for offset = 0, 2 do
    -- Never sooner than what is held there by others.
    if lasting[per] and redis.call("PTTL", KEYS[at + offset]) < lasting[per] + ttl then
      redis.call("PEXPIRE", KEYS[at + offset], lasting[per] + ttl)
    end
  end
end
`

/** ARGV: id, ttl, then per, limit (-1: none) and amount of each. Gives {0}, or {index + 1, used, held, window, now}. */
export const reserveScript = `${common}
local id, ttl = ARGV[1], tonumber(ARGV[2])
local counters = {}
for i = 1, #KEYS / 3 do
  local per, limit, amount = ARGV[i * 3], tonumber(ARGV[i * 3 + 1]), tonumber(ARGV[i * 3 + 2])
  local at = i * 3 - 2
  local c = open(at, per)
  counters[i] = c
  if limit >= 0 and c.u + c.h + amount > limit then
    save(at, c, per, ttl)
    for before = 1, i - 1 do save(before * 3 - 2, counters[before], ARGV[before * 3], ttl) end
    return { whole(i), whole(c.u), whole(c.h), whole(c.w), whole(now) }
  end
end
for i = 1, #KEYS / 3 do
  local at, c, amount = i * 3 - 2, counters[i], tonumber(ARGV[i * 3 + 2])
  release(at, c, id)
  c.h = c.h + amount
  redis.call("HSET", KEYS[at + 1], id, whole(amount))
  redis.call("ZADD", KEYS[at + 2], now + ttl, id)
  save(at, c, ARGV[i * 3], ttl)
end
return { "0" }
`

/**
 * ARGV: id, ledger, then per, amount and marks (comma-separated) of each. Gives for each used, held, window and the marks that
 * were passed. The key of the id makes a settlement that is sent again count once.
 */
export const settleScript = `${common}
local id, ledger, ttl = ARGV[1], ARGV[2], 600000
local count = (#KEYS - 1) / 3
local first = redis.call("SET", KEYS[#KEYS], "1", "NX", "PX", ttl)
local readings = {}
for i = 1, count do
  local at, per, amount = i * 3 - 2, ARGV[i * 3], tonumber(ARGV[i * 3 + 1])
  local c = open(at, per)
  release(at, c, id)
  local passed = {}
  if first then
    c.u = c.u + amount
    local told = c.a
    for mark in string.gmatch(ARGV[i * 3 + 2], "%d+") do
      local m = tonumber(mark)
      if c.u >= m and m > told then table.insert(passed, mark); if m > c.a then c.a = m end end
    end
  end
  save(at, c, per, ttl)
  if ledger ~= "" then redis.call("HSETNX", KEYS[at], "l:" .. ledger, "0") end
  readings[i] = { whole(c.u), whole(c.h), whole(c.w), table.concat(passed, ",") }
end
return readings
`

/**
 * ARGV: ledger, time, then per, window and amount of each: what that ledger knew to be used then. It is counted once, and not
 * at all where settlements of that ledger's processes are in the counter. Gives for each when its share was counted, or 0.
 */
export const seedScript = `${common}
local ledger, time = "l:" .. ARGV[1], ARGV[2]
local times = {}
for i = 1, #KEYS / 3 do
  local at, per = i * 3 - 2, ARGV[i * 3]
  local c = open(at, per)
  if c.w == tonumber(ARGV[i * 3 + 1]) and redis.call("HSETNX", KEYS[at], ledger, time) == 1 then
    c.u = c.u + tonumber(ARGV[i * 3 + 2])
    save(at, c, per, 600000)
  end
  times[i] = redis.call("HGET", KEYS[at], ledger) or "0"
end
return times
`

/** ARGV: per. Gives used, held and window. */
export const readScript = `${common}
local c = open(1, ARGV[1])
if redis.call("EXISTS", KEYS[1]) == 1 then save(1, c, ARGV[1], 600000) end
return { whole(c.u), whole(c.h), whole(c.w) }
`
