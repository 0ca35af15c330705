import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readScript, reserveScript, seedScript, settleScript } from "./budgetScripts.ts"
import { type Counters, CountersAway, type Entry, type Reading } from "./Counters.ts"
import { type RedisConnection, type Script, scriptOf } from "./redisConnection.ts"
import type { Share } from "./shares.ts"

const Texts = Schema.Array(Schema.String)
const decodeReserved = Schema.decodeUnknownResult(Texts)
const decodeScanned = Schema.decodeUnknownResult(Schema.Tuple([Schema.String, Texts]))
const decodeSettled = Schema.decodeUnknownResult(Schema.Array(Texts))

const scripts = {
  reserve: scriptOf(reserveScript),
  settle: scriptOf(settleScript),
  read: scriptOf(readScript),
  seed: scriptOf(seedScript),
}

const odd = new CountersAway("Redis answered something else than its script gives", true)

/** Counters of a list that are asked for at once: so many that none of them waits for long. */
const readAtOnce = 50

const readingOf = ([used, held, window, passed = ""]: ReadonlyArray<string>): Reading => ({
  used: Number(used),
  held: Number(held),
  window: Number(window),
  passed: passed === "" ? [] : passed.split(",").map(Number),
})

/** Counters that all processes share which have one Redis. Each question is one script, so nothing comes between. */
export class RedisCounters implements Counters {
  /** The ledger that has what is settled here; the empty text as long as it is not known. */
  ledger = ""
  readonly #redis: RedisConnection

  constructor(redis: RedisConnection) {
    this.#redis = redis
  }

  readonly reserve: Counters["reserve"] = Effect.fnUntraced({ self: this }, function* (id, entries, ttlMs) {
    const args = entries.flatMap(({ per, limit = -1, amount }) => [per, String(limit), String(amount)])
    const answer = yield* this.#run(scripts.reserve, this.#keys(entries), [id, whole(ttlMs), ...args])
    const decoded = decodeReserved(answer)
    if (Result.isFailure(decoded)) return yield* Effect.fail(odd)
    const [index = "0", used = "0", held = "0", window = "0", now = "0"] = decoded.success
    if (index === "0") return { _tag: "Held" } as const
    const reading = readingOf([used, held, window])
    return { _tag: "Refused", index: Number(index) - 1, reading, now: Number(now) } as const
  })

  readonly settle: Counters["settle"] = Effect.fnUntraced({ self: this }, function* (id, entries) {
    const args = entries.flatMap(({ per, amount, marks }) => [per, String(amount), marks.join(",")])
    const once = `${this.#tagged("settled")}:${id}`
    const answer = yield* this.#run(scripts.settle, [...this.#keys(entries), once], [id, this.ledger, ...args])
    const decoded = decodeSettled(answer)
    return Result.isFailure(decoded) ? yield* Effect.fail(odd) : decoded.success.map(readingOf)
  })

  readonly read: Counters["read"] = Effect.fnUntraced({ self: this }, function* (key, per) {
    const answer = yield* this.#run(scripts.read, this.#keys([{ key }]), [per])
    const decoded = decodeReserved(answer)
    return Result.isFailure(decoded) ? yield* Effect.fail(odd) : readingOf(decoded.success)
  })

  /** Reads through all keys of the Redis, which holds up nobody else. */
  readonly under: Counters["under"] = Effect.fnUntraced({ self: this }, function* (prefix, per) {
    const begin = this.#tagged(prefix)
    const match = `${begin.replace(/[*?[\]\\]/g, "\\$&")}*`
    const keys = new Set<string>()
    let cursor = "0"
    do {
      const answer = yield* this.#redis.send(["SCAN", cursor, "MATCH", match, "COUNT", "1000"])
      const decoded = decodeScanned(answer)
      if (Result.isFailure(decoded)) return yield* Effect.fail(odd)
      const [next, some] = decoded.success
      // What follows a colon more is part of a counter.
      for (const key of some) if (!key.includes(":", begin.length)) keys.add(prefix + key.slice(begin.length))
      cursor = next
    } while (cursor !== "0")
    const reading = (key: string) => Effect.map(this.read(key, per), (read) => ({ key, reading: read }))
    const found = yield* Effect.forEach(keys, reading, { concurrency: readAtOnce })
    return found.filter(({ reading: { used, held } }) => used > 0 || held > 0)
  })

  /** Counts what the ledger knew to be used at `time`, where that is missing. Gives for each when that was done, in ms, or 0. */
  readonly seed = Effect.fnUntraced({ self: this }, function* (shares: ReadonlyArray<Share>, time: number) {
    const args = shares.flatMap(({ per, window, amount }) => [per, String(window), String(amount)])
    const answer = yield* this.#run(scripts.seed, this.#keys(shares), [this.ledger, String(time), ...args])
    const decoded = decodeReserved(answer)
    return Result.isFailure(decoded) ? yield* Effect.fail(odd) : decoded.success.map(Number)
  })

  /** A name for what this Redis keeps: another one, or none, when that is lost. */
  readonly kept = Effect.map(
    Effect.suspend(() => this.#redis.send(["GET", this.#tagged("kept")])),
    (name) => (typeof name === "string" ? name : undefined),
  )

  /** Gives it a name, unless it has one. */
  readonly name = (name: string): Effect.Effect<unknown, CountersAway> =>
    this.#redis.send(["SET", this.#tagged("kept"), name, "NX"])

  #run(script: Script, keys: ReadonlyArray<string>, args: ReadonlyArray<string>) {
    return this.#redis.run(script, keys, args)
  }

  /** The braces keep all keys on one node of a cluster, which a script needs. */
  #tagged(name: string): string {
    return `{${this.#redis.prefix}budgets}:${name}`
  }

  #keys(entries: ReadonlyArray<Pick<Entry, "key">>): ReadonlyArray<string> {
    return entries.flatMap(({ key }) => ["", ":holds", ":ends"].map((part) => this.#tagged(key) + part))
  }
}

const whole = (ms: number): string => String(Math.max(1, Math.ceil(ms)))
