import { glob } from "@switchyard/caching"
import { type CacheQuery, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Parts } from "../RedisCache.ts"
import type { RedisCacheControl } from "../RedisCacheControl.ts"
import { message } from "./Changes.ts"
import { keyIn, ofTenant } from "./names.ts"
import type { Away } from "./Redis.ts"

/** Nobody waits for an answer here, so each step may take longer than a call's. */
const stepMs = 5000
const page = 500

/** Statistics, and dropping entries in all processes. */
export const makeControl = (parts: Parts): RedisCacheControl => {
  const { tally, near, redis } = parts
  const counts = Effect.sync(() => ({
    ...tally.counts,
    connected: redis.connected,
    breaker: redis.state,
    near: near?.size ?? { entries: 0, bytes: 0 },
  }))
  return {
    counts,
    stats: Effect.gen(function* () {
      const held = yield* Effect.mapError(measured(parts), failure("the statistics could not be read"))
      return { ...(yield* counts), ...held }
    }),
    invalidate: (query) => Effect.mapError(invalidated(parts, query), failure("not everything was dropped")),
  }
}

const failure =
  (what: string) =>
  ({ kind, why }: Away): LlmError =>
    LlmError.make(
      kind === "slow"
        ? { _tag: "Timeout", phase: "total", ms: stepMs, message: `${what}: Redis is slow: ${why}` }
        : { _tag: "Network", message: `${what}: Redis is away: ${why}` },
    )

interface Page {
  readonly next: string
  readonly members: ReadonlyArray<string>
}

/** Page by page over the members of an index, some of them twice at times. */
const eachPage = <E>(
  { redis }: Parts,
  index: string,
  visit: (members: ReadonlyArray<string>) => Effect.Effect<void, E>,
): Effect.Effect<void, E | Away> =>
  Effect.gen(function* () {
    let at = "0"
    do {
      const { next, members }: Page = yield* redis.ask(
        async (client) => pageOf(await client.zScan(index, at, { COUNT: page })),
        stepMs,
      )
      if (members.length > 0) yield* visit(members)
      at = next
    } while (at !== "0")
  })

const pageOf = ({ cursor, members }: { cursor: unknown; members: ReadonlyArray<{ value: unknown }> }): Page => ({
  next: String(cursor),
  members: members.map(({ value }) => String(value)),
})

/** What Redis really holds: entries that it evicted itself are not in it. */
const measured = Effect.fnUntraced(function* (parts: Parts) {
  const sizes = new Map<string, number>()
  yield* eachPage(parts, parts.names.all, (members) =>
    Effect.map(
      parts.redis.ask((redis) => Promise.all(members.map((member) => redis.strLen(parts.names.entry(member)))), stepMs),
      (lengths) => members.forEach((member, at) => sizes.set(member, Number(lengths[at] ?? 0))),
    ),
  )
  const bytes = [...sizes.values()].filter((size) => size > 0)
  return { entries: bytes.length, bytes: bytes.reduce((sum, size) => sum + size, 0) }
})

/** What was asked for before now is not kept either, whoever is still fetching it. */
const invalidated = Effect.fnUntraced(function* (parts: Parts, query: CacheQuery) {
  const { redis, names, entries, flights, changes } = parts
  const said = message("fenced", changes.self, [])
  yield* redis.ask((client) => client.fence([names.fence, names.floor], [names.channel, said]), stepMs)
  flights.forget(() => true)
  const { source, others } = indexesOf(parts, query)
  const patterned = query.pattern === undefined ? undefined : yield* modelsLike(parts, query.pattern)
  let dropped = 0
  yield* eachPage(parts, source, (members) =>
    Effect.gen(function* () {
      let chosen = members.filter((member) => query.tenant === undefined || member.startsWith(ofTenant(query.tenant)))
      for (const index of others) chosen = yield* within(parts, chosen, [index])
      if (patterned !== undefined) chosen = yield* fitting(parts, chosen, query.pattern ?? "", patterned)
      if (chosen.length > 0) dropped += yield* entries.drop(chosen, source, stepMs)
    }),
  )
  return dropped
})

/** The index to go through, and those in which an entry must be too. */
const indexesOf = ({ names }: Parts, { tag, model }: CacheQuery) => {
  const given = [
    ...(tag === undefined ? [] : [names.ofTag(tag.name, tag.value)]),
    ...(model === undefined ? [] : [names.ofModel(model)]),
  ]
  const [source = names.all, ...others] = given
  return { source, others }
}

/** The indexes of the models whose names the pattern fits. */
const modelsLike = Effect.fnUntraced(function* (parts: Parts, pattern: string) {
  const found = new Set<string>()
  yield* eachPage(parts, parts.names.models, (models) =>
    Effect.sync(() => {
      for (const model of models) if (glob(pattern, model)) found.add(parts.names.ofModel(model))
    }),
  )
  return [...found]
})

/** Those that are in one of the indexes at least. */
const within = (parts: Parts, members: ReadonlyArray<string>, indexes: ReadonlyArray<string>) => {
  if (members.length === 0 || indexes.length === 0) return Effect.succeed<Array<string>>([])
  const asked = parts.redis.ask(
    (redis) => Promise.all(indexes.map((index) => redis.zmScore(index, [...members]))),
    stepMs,
  )
  return Effect.map(asked, (scores) =>
    members.filter((_, at) => scores.some((ofIndex) => ofIndex[at] !== null && ofIndex[at] !== undefined)),
  )
}

const fitting = Effect.fnUntraced(function* (
  parts: Parts,
  members: ReadonlyArray<string>,
  pattern: string,
  indexes: ReadonlyArray<string>,
) {
  const byModel = new Set(yield* within(parts, members, indexes))
  return members.filter((member) => byModel.has(member) || glob(pattern, keyIn(member)))
})
