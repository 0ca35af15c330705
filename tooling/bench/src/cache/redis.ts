import { makeRedisCache } from "@switchyard/cache-redis"
import * as Effect from "effect/Effect"
import { createClient } from "redis"
import { median, report, say } from "../report.ts"
import { contextOf, request, responseOf } from "./ours.ts"

const suite = "cache"
const prefix = `bench:${process.pid}:`
const key = "0".repeat(64)
const rounds = 20
const each = 300

const timed = async (run: () => Promise<unknown>, into: Array<number>): Promise<void> => {
  for (let at = 0; at < each; at++) {
    const began = performance.now()
    await run()
    into.push((performance.now() - began) * 1000)
  }
}

/** A hit in Redis, read, checked and decoded, against a bare GET of the same bytes over the same client library. */
export const redis = async (url = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379"): Promise<void> => {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on("error", () => undefined)
  try {
    await client.connect()
  } catch {
    return say(`no Redis at the address in REDIS_URL or 127.0.0.1:6379: its figures are left out`)
  }
  for (const characters of [400, 2000, 8000]) {
    const program = Effect.gen(function* () {
      const { cache } = yield* makeRedisCache({ url, prefix, near: false, patienceMs: 1000, ttlMs: 60_000 })
      const response = responseOf({ key, usd: 0.001, ms: 1, characters })
      const anyway = { ...request, policy: { cache: { mode: "refresh" as const } } }
      yield* cache.store(key, response, anyway, contextOf("s"))
      const context = contextOf("l")
      const [bare, ours]: [Array<number>, Array<number>] = [[], []]
      const hit = () => Effect.runPromise(cache.lookup(key, request, context))
      if ((yield* Effect.promise(hit)) === undefined) return yield* Effect.die(new Error("the entry was not kept"))
      yield* Effect.promise(async () => {
        for (let round = -2; round < rounds; round++) {
          if (round === 0) bare.length = ours.length = 0
          await timed(() => client.get(`${prefix}entry:-:${key}`), bare)
          await timed(hit, ours)
        }
      })
      report({
        suite,
        name: `Redis hit p50, ${characters} characters`,
        ours: median(ours),
        peer: "bare GET",
        peer_value: median(bare),
        unit: "us",
      })
      yield* cache.invalidate({})
    })
    await Effect.runPromise(Effect.scoped(program))
  }
  client.destroy()
}
