import type { Flights } from "@switchyard/caching"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Clients } from "./client.ts"
import type { Names } from "./names.ts"
import type { Near } from "./Near.ts"

/**
 * What other processes tell: `stored`, `dropped` or `released`, who says so, and the entries, with a space between each; or
 * `fenced`: answers to what was asked until now are not wanted any more. Answers of this process's own memory are given only while nothing of it can be missed.
 */
export const message = (
  what: "stored" | "dropped" | "released" | "fenced",
  from: string,
  members: ReadonlyArray<string>,
): string => [what, from, ...members].join(" ")

/** Something to wait with: `version` rises, and the latch opens, when something happens to the entry. */
interface Watched {
  version: number
  latch: Latch.Latch
  waiting: number
}

export class Changes {
  readonly self: string
  readonly #near: Near | undefined
  readonly #flights: Flights
  readonly #watched = new Map<string, Watched>()

  constructor(self: string, near: Near | undefined, flights: Flights) {
    this.self = self
    this.#near = near
    this.#flights = flights
  }

  hear(text: string): void {
    const [what, from, ...members] = text.split(" ")
    if (what === "fenced" && from !== this.self) this.#flights.forget(() => true)
    for (const member of members) {
      if (what !== "released" && from !== this.self) this.#near?.forget(member)
      const there = this.#watched.get(member)
      if (there === undefined) continue
      const { latch } = there
      there.version++
      there.latch = Latch.makeUnsafe(false)
      latch.openUnsafe()
    }
  }

  readonly watch = (member: string): Effect.Effect<Readonly<Watched>, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const there = this.#watched.get(member) ?? { version: 0, latch: Latch.makeUnsafe(false), waiting: 0 }
        there.waiting++
        this.#watched.set(member, there)
        return there
      }),
      (there) =>
        Effect.sync(() => {
          if (--there.waiting === 0) this.#watched.delete(member)
        }),
    )
}

/** Listens for as long as the connection lives, which tries again by itself. */
export const listen = (
  { listener }: Clients,
  { channel }: Names,
  changes: Changes,
  near: Near | undefined,
): Effect.Effect<void> =>
  Effect.sync(() => {
    let subscribed = false
    const ready = () => (subscribed && listener.isReady ? near?.open() : undefined)
    const lost = () => near?.close()
    listener.on("ready", ready)
    listener.on("error", lost)
    listener.on("reconnecting", lost)
    listener.on("end", lost)
    const trouble = () => lost()
    void listener
      .connect()
      .then(() => listener.subscribe(channel, (text) => changes.hear(text)))
      .then(() => {
        subscribed = true
        ready()
      })
      .catch(trouble)
  })
