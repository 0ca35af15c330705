import { appendFile, mkdir, rename, stat } from "node:fs/promises"
import { dirname } from "node:path"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { type Recorded, recordOf } from "./recordOf.ts"

/** Takes attempts and returns at once; they are written behind the call. */
export interface AttemptLog {
  readonly add: (recorded: Recorded) => void
}

const waiting = 256
const flushMs = 2000
const largestLine = 1_000_000

const lineOf = (recorded: Recorded): string => {
  const record = recordOf(recorded)
  const line = JSON.stringify(record)
  if (line.length <= largestLine) return `${line}\n`
  const { request: _request, response: _response, ...rest } = record
  return `${JSON.stringify({ ...rest, request: "[too long to be kept]" })}\n`
}

/** Appends to one file, which only its owner may read; a file that would grow over its size is put aside as `FILE.1`. */
class AttemptFile {
  readonly #path: string
  readonly #maxBytes: number
  #size: number | undefined

  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
  }

  async append(line: string): Promise<void> {
    const bytes = Buffer.byteLength(line)
    this.#size ??= await this.#begin()
    if (this.#size > 0 && this.#size + bytes > this.#maxBytes) {
      await rename(this.#path, `${this.#path}.1`)
      this.#size = 0
    }
    await appendFile(this.#path, line, { mode: 0o600 })
    this.#size += bytes
  }

  /** After a fault the file is looked at again: someone may have moved it. */
  forget(): void {
    this.#size = undefined
  }

  async #begin(): Promise<number> {
    await mkdir(dirname(this.#path), { recursive: true })
    const found = await stat(this.#path).catch(() => undefined)
    return found?.size ?? 0
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/**
 * A log on a file, with a writer of its own that ends, flushed, with the scope. What goes wrong with the file is one line in
 * the log and costs no call anything; when attempts come faster than the disk takes them, some are left out.
 */
export const makeAttemptLog = (path: string, maxBytes: number): Effect.Effect<AttemptLog, never, Scope.Scope> =>
  Effect.gen(function* () {
    const file = new AttemptFile(path, maxBytes)
    const queue = yield* Queue.dropping<Recorded, Cause.Done>(waiting)
    let warned = false
    const failed = (why: string) =>
      Effect.suspend(() => {
        file.forget()
        if (warned) return Effect.void
        warned = true
        return Effect.logWarning(`@switchyard/retry-staged cannot write attempts to ${path}: ${why}`)
      })
    const write = (recorded: Recorded) =>
      Effect.catch(Effect.tryPromise({ try: () => file.append(lineOf(recorded)), catch: messageOf }), failed)
    const writer = Effect.forever(Effect.flatMap(Queue.take(queue), write))
    const fiber = yield* Effect.forkScoped(writer)
    // Added after the fork, so that it runs before the writer is interrupted.
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Queue.end(queue), Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), flushMs))),
    )
    return { add: (recorded) => void Queue.offerUnsafe(queue, recorded) }
  })
