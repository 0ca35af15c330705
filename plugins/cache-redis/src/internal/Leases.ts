import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { message } from "./Changes.ts"
import type { Names } from "./names.ts"
import type { Away, Redis } from "./Redis.ts"

/** The right to fetch an answer that no other process fetches. `until`: ms of the monotonic clock, then it is not renewed. */
export interface Lease {
  readonly member: string
  readonly token: string
  readonly until: number
}

/** What came of asking for it: it is this caller's, another has it, or there is an entry by now. */
export type Led = Lease | "held" | Buffer

/**
 * The leases of this process. They are renewed three times as often as they run out, for at most as long as the call that
 * holds one may last; a process that dies loses them by itself.
 */
export class Leases {
  readonly #redis: Redis
  readonly #names: Names
  readonly #self: string
  readonly #leaseMs: number
  readonly #held = new Map<string, Lease>()
  #asked = 0

  constructor(redis: Redis, names: Names, self: string, leaseMs: number) {
    this.#redis = redis
    this.#names = names
    this.#self = self
    this.#leaseMs = leaseMs
  }

  of(owner: string): Lease | undefined {
    return this.#held.get(owner)
  }

  /** For `owner`, who needs it for `lastsMs` at most. `anyway`: an entry that is there is not wanted. */
  acquire(
    member: string,
    { owner, lastsMs, anyway, withinMs }: { owner: string; lastsMs: number; anyway: boolean; withinMs?: number },
  ): Effect.Effect<Led, Away> {
    const holder = `${this.#self}:${++this.#asked}`
    const keys = [this.#names.entry(member), this.#names.lease(member), this.#names.fence]
    const args = [holder, String(this.#leaseMs), anyway ? "1" : "0"]
    return Effect.flatMap(Clock.Clock, (clock) => {
      let left = false
      const leased = (fence: number): Lease => ({
        member,
        token: `${fence}:${holder}`,
        until: monotonic(clock) + lastsMs,
      })
      const asked = this.#redis.ask(async (redis) => {
        const reply = await redis.acquire(keys, args)
        // Nobody waits for it any more: others must not wait for nobody.
        if (left && typeof reply === "number" && reply > 0) await this.#giveBack(leased(reply)).catch(() => undefined)
        return reply
      }, withinMs)
      const given = Effect.onExit(asked, (exit) =>
        Effect.sync(() => {
          left = exit._tag === "Failure"
        }),
      )
      return Effect.map(given, (reply): Led => {
        if (Buffer.isBuffer(reply)) return reply
        if (typeof reply !== "number" || reply === 0) return "held"
        const lease = leased(reply)
        this.#held.set(owner, lease)
        return lease
      })
    })
  }

  /** The answer is kept, or will never come. What cannot be told runs out by itself. */
  release(owner: string): Effect.Effect<void> {
    const lease = this.#held.get(owner)
    if (lease === undefined) return Effect.void
    this.#held.delete(owner)
    return Effect.ignore(this.#redis.ask(() => this.#giveBack(lease)))
  }

  /** It is not this process's any more, whoever took it. */
  settled(owner: string): void {
    this.#held.delete(owner)
  }

  readonly renewing: Effect.Effect<never> = Effect.forever(
    Effect.andThen(
      Effect.suspend(() => Effect.sleep(this.#leaseMs / 3)),
      Effect.suspend(() => this.#renew),
    ),
  )

  readonly #renew: Effect.Effect<void> = Effect.flatMap(Clock.Clock, (clock) => {
    const now = monotonic(clock)
    const due = [...this.#held.values()].filter(({ until }) => now < until)
    if (due.length === 0) return Effect.void
    const ms = String(this.#leaseMs)
    const renewed = this.#redis.ask((redis) =>
      Promise.all(due.map(({ member, token }) => redis.renew([this.#names.lease(member)], [token, ms]))),
    )
    return Effect.ignore(renewed)
  })

  /** What this process holds, given back when the stack closes. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    const held = [...this.#held.values()]
    this.#held.clear()
    if (held.length === 0) return Effect.void
    return Effect.ignore(this.#redis.ask(() => Promise.all(held.map((lease) => this.#giveBack(lease)))))
  })

  #giveBack({ member, token }: Lease): Promise<unknown> {
    const said = message("released", this.#self, [member])
    return this.#redis.clients.binary.release([this.#names.lease(member)], [token, this.#names.channel, said])
  }
}

const monotonic = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
