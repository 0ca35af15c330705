import { keptUntil } from "@switchyard/caching"
import type { LlmResponse } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Settings } from "../Options.ts"
import { message } from "./Changes.ts"
import { readBack, type Spoilt, written } from "./entryCodec.ts"
import type { Kept } from "./Kept.ts"
import type { Right } from "./Leases.ts"
import type { Names } from "./names.ts"
import type { Near } from "./Near.ts"
import type { Away, Redis } from "./Redis.ts"
import type { Tally } from "./Tally.ts"

/** Redis keeps nothing for longer than ten years. */
const longestMs = 10 * 365 * 24 * 3_600_000

/** What is known of the call besides its answer. `asked`: the model that was asked for. */
export interface About {
  readonly asked: string
  readonly tags: Readonly<Record<string, string>>
}

/** The entries in Redis: read, checked, written with their indexes. */
export class Entries {
  readonly #redis: Redis
  readonly #names: Names
  readonly #self: string
  readonly #near: Near | undefined
  readonly #settings: Settings
  readonly #tally: Tally

  constructor(redis: Redis, names: Names, self: string, near: Near | undefined, settings: Settings, tally: Tally) {
    this.#redis = redis
    this.#names = names
    this.#self = self
    this.#near = near
    this.#settings = settings
    this.#tally = tally
  }

  /** The entry, if it is there and whole; one that is spoilt is dropped, and counts as one that is not wanted. */
  read(member: string, now: number): Effect.Effect<Kept | "spoilt" | undefined, Away> {
    const near = this.#near
    const asked = this.#redis.ask((redis) => redis.get(this.#names.entry(member)))
    if (near === undefined) {
      return Effect.flatMap(asked, (entry) => (entry === null ? Effect.undefined : this.check(member, entry)))
    }
    const mark = near.reading(member)
    let bytes = 0
    const got = Effect.flatMap(asked, (entry) => {
      bytes = entry?.length ?? 0
      return entry === null ? Effect.undefined : this.check(member, entry)
    })
    return Effect.onExit(got, (exit) => {
      const kept = exit._tag === "Success" && typeof exit.value === "object" ? exit.value : undefined
      return Effect.sync(() => near.read(member, mark, kept && { kept, bytes }, now))
    })
  }

  /** What these bytes say, under this name. */
  check(member: string, entry: Buffer): Effect.Effect<Kept | "spoilt"> {
    const read = readBack(member, entry)
    return Effect.isEffect(read)
      ? Effect.flatMap(read, (kept) => this.#trusted(member, kept))
      : this.#trusted(member, read)
  }

  #trusted(member: string, kept: Kept | Spoilt): Effect.Effect<Kept | "spoilt"> {
    return typeof kept === "string" ? Effect.as(this.#spoilt(member, kept), "spoilt" as const) : Effect.succeed(kept)
  }

  #spoilt(member: string, why: Spoilt): Effect.Effect<void> {
    this.#tally.add(why)
    return why === "newer" ? Effect.void : Effect.ignore(this.drop([member]))
  }

  /** Was it kept? Not where it may not be, by its right or by its size. */
  write(member: string, kept: Kept, { asked, tags }: About, right: Right, now: number): Effect.Effect<boolean, Away> {
    const px = Math.min(longestMs, Math.ceil(keptUntil(kept, this.#settings) - now))
    return Effect.flatMap(written(member, kept, this.#settings), (entry) => {
      if (entry === undefined || px <= 0) {
        this.#tally.add("refused")
        return Effect.succeed(false)
      }
      const { keys, members } = this.#indexes(member, kept, asked, tags)
      const names = this.#names
      const args = [
        "token" in right ? "fenced" : right.kind,
        "token" in right ? right.token : String(right.since ?? ""),
        entry,
        String(px),
        names.channel,
        message("stored", this.#self, [member]),
        ...members,
      ]
      const mark = this.#near?.reading(member)
      const sent = this.#redis.ask((redis) =>
        redis.keep([names.entry(member), names.lease(member), names.floor, names.fence, ...keys], args),
      )
      return Effect.map(sent, (reply) => {
        const isKept = reply === 1
        this.#tally.add(isKept ? "stored" : "fenced")
        if (mark !== undefined) this.#near?.read(member, mark, isKept ? { kept, bytes: entry.length } : undefined, now)
        return isKept
      })
    })
  }

  #indexes(member: string, { provider, response }: Kept, asked: string, tags: About["tags"]) {
    const models = [...new Set(namesOf(asked, provider, response))]
    const keys = [this.#names.all, ...models.map((model) => this.#names.ofModel(model))]
    for (const [name, value] of Object.entries(tags)) keys.push(this.#names.ofTag(name, value))
    const members = keys.map(() => member)
    return { keys: [...keys, ...models.map(() => this.#names.models)], members: [...members, ...models] }
  }

  /** Drops entries from Redis and from every process. Gives how many there were. `index`: one more to take them out of. */
  drop(members: ReadonlyArray<string>, index = this.#names.all, withinMs?: number): Effect.Effect<number, Away> {
    for (const member of members) this.#near?.forget(member)
    const keys = [this.#names.all, index, ...members.map((member) => this.#names.entry(member))]
    const args = [this.#names.channel, message("dropped", this.#self, members), ...members]
    return Effect.map(
      this.#redis.ask((redis) => redis.drop(keys, args), withinMs),
      (dropped) => (typeof dropped === "number" ? dropped : 0),
    )
  }
}

/** The names of its models: as asked for, as the vendor names it, and that with its provider. */
export const namesOf = (
  asked: string,
  provider: string,
  { model }: Pick<LlmResponse, "model">,
): ReadonlyArray<string> => [asked, model, `${provider}/${model}`]
