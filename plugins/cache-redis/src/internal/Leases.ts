import type { CachePolicy, CallContext } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { message } from "./Changes.ts"
import type { Names } from "./names.ts"
import type { Away, Redis } from "./Redis.ts"

type CacheMode = NonNullable<CachePolicy["mode"]>

/** The right to fetch an answer that no other process fetches. `until`: ms of the monotonic clock, then it is not renewed. */
export interface Lease {
  readonly member: string
  readonly token: string
  readonly until: number
}

/** What came of asking for it: it is this caller's, another has it, or there is an entry by now. */
export type Led = Lease | "held" | Buffer

/**
 * By what right an answer is kept, if nothing was dropped since it was asked for: a lease; being newer than whatever is there;
 * or where there is neither an answer nor a lease. `since`: the number of the last lease that there had been when its call
 * began; none for a call that never began here, so that nothing is known of what was dropped.
 */
export type Right = Lease | { readonly kind: "anyway" | "polite"; readonly since: number | undefined }

/**
 * The leases of this process. They are renewed three times as often as they run out, for at most as long as the call that
 * holds one may last; a process that dies loses them by itself.
 */
export class Leases {
  readonly #redis: Redis
  readonly #names: Names
  readonly #self: string
  readonly #leaseMs: number
  /** By who holds it and for what: a call may look up more than its own answer. */
  readonly #held = new Map<string, Lease>()
  readonly #since = new WeakMap<CallContext, number | "unknown">()
  #asked = 0

  constructor(redis: Redis, names: Names, self: string, leaseMs: number) {
    this.#redis = redis
    this.#names = names
    this.#self = self
    this.#leaseMs = leaseMs
  }

  /** `undefined`: Redis did not say what the last lease was when the call began, so its answer is not kept. */
  rightOf(member: string, context: CallContext, mode: CacheMode | undefined): Right | undefined {
    const lease = this.#held.get(placeOf(member, context.id))
    if (lease !== undefined) return lease
    const since = this.#since.get(context)
    if (since === "unknown") return undefined
    return { kind: mode === "refresh" || mode === "write-only" ? "anyway" : "polite", since }
  }

  /** A call that needs no lease begins: what is dropped from now on is dropped for its answer too. */
  begin(context: CallContext): Effect.Effect<void> {
    this.missed(context)
    const { fence, floor } = this.#names
    const last = this.#redis.ask((redis) => redis.last([fence, floor], []))
    return Effect.ignore(Effect.map(last, (number) => this.#since.set(context, Number(number))))
  }

  /** Redis has not said yet what was dropped before this call. */
  missed(context: CallContext): void {
    this.#since.set(context, "unknown")
  }

  /** For `owner`, who needs it for as long as the call lasts. `anyway`: an entry that is there is not wanted. */
  acquire(
    member: string,
    owner: string,
    context: CallContext,
    { anyway, withinMs }: { readonly anyway: boolean; readonly withinMs?: number },
  ): Effect.Effect<Led, Away> {
    const lastsMs = context.remainingMs()
    const holder = `${this.#self}:${++this.#asked}`
    const keys = [this.#names.entry(member), this.#names.lease(member), this.#names.fence, this.#names.floor]
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
        if (typeof reply !== "number" || reply <= 0) {
          this.#since.set(context, -Number(reply))
          return "held"
        }
        const lease = leased(reply)
        this.#held.set(placeOf(member, owner), lease)
        return lease
      })
    })
  }

  /** The answer is kept, or will never come. What cannot be told runs out by itself. */
  release(member: string, owner: string): Effect.Effect<void> {
    const place = placeOf(member, owner)
    const lease = this.#held.get(place)
    if (lease === undefined) return Effect.void
    this.#held.delete(place)
    return Effect.ignore(this.#redis.ask(() => this.#giveBack(lease)))
  }

  /** It is not this process's any more, whoever took it. */
  settled(member: string, owner: string): void {
    this.#held.delete(placeOf(member, owner))
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

const placeOf = (member: string, owner: string): string => `${owner} ${member}`

const monotonic = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
