import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { CacheFile } from "./CacheFile.ts"
import type { Kept } from "./Entry.ts"
import type { Tally } from "./Tally.ts"

const checkMs = 1000

/** The file behind the memory. On the path of a call its failures are misses: counted, and told once in the log. */
export class Persistence {
  readonly #file: CacheFile
  readonly #failure: (error: SqlError) => LlmError
  readonly #tally: Tally
  #checkedAt = Number.NEGATIVE_INFINITY
  #warned = false

  constructor(file: CacheFile, failure: (error: SqlError) => LlmError, tally: Tally) {
    this.#file = file
    this.#failure = failure
    this.#tally = tally
  }

  isDue(now: number): boolean {
    return now - this.#checkedAt >= checkMs
  }

  /** Once a second at most: what was counted is noted. Has another process dropped entries meanwhile? */
  check(now: number): Effect.Effect<boolean> {
    this.#checkedAt = now
    return this.#harmless(Effect.andThen(this.#file.note(this.#tally.take()), this.#file.changed), false)
  }

  get(id: string, now: number) {
    return this.#harmless(this.#file.get(id, now), undefined)
  }

  put(kept: Kept, keptUntil: number): Effect.Effect<void> {
    return this.#harmless(this.#file.put(kept, keptUntil), undefined)
  }

  remove(id: string): Effect.Effect<void> {
    return this.#harmless(this.#file.remove([id]), undefined)
  }

  /** At the end. */
  get flush(): Effect.Effect<void> {
    return this.#harmless(
      Effect.suspend(() => this.#file.note(this.#tally.take())),
      undefined,
    )
  }

  drop(isDropped: (kept: Kept) => boolean, now: number): Effect.Effect<ReadonlySet<string>, LlmError> {
    return Effect.mapError(this.#file.drop(isDropped, now), this.#failure)
  }

  get clear(): Effect.Effect<ReadonlySet<string>, LlmError> {
    return Effect.mapError(this.#file.clear, this.#failure)
  }

  get count() {
    return Effect.mapError(this.#file.count, this.#failure)
  }

  #harmless<A, B>(effect: Effect.Effect<A, SqlError>, otherwise: B): Effect.Effect<A | B> {
    return Effect.catch(effect, (error) => {
      this.#tally.add("fileFailures")
      if (this.#warned) return Effect.succeed(otherwise)
      this.#warned = true
      const told = Effect.logWarning(
        `${this.#failure(error).reason.message}; answers are kept in memory only meanwhile`,
      )
      return Effect.as(told, otherwise)
    })
  }
}
