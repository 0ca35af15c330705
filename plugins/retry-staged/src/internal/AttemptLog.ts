import { appendFile, rename, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { makeFolder } from "@switchyard/files"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { type Recorded, recordOf } from "./recordOf.ts"
import { sizeOf } from "./sizeOf.ts"

/** Takes attempts and returns at once; they are written behind the call. */
export interface AttemptLog {
  readonly add: (recorded: Recorded) => void
}

/** So many attempts wait at most, and so much text with them: beyond that they are left out. */
const mostWaiting = 8192
const mostChars = 128_000_000
/** So many are written at once. */
const batch = 64
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

  /** Lines with their ends. Few writes, each of which the file has room for. */
  async append(lines: ReadonlyArray<string>): Promise<void> {
    let [together, size] = ["", 0]
    for (const line of lines) {
      const bytes = Buffer.byteLength(line)
      this.#size ??= await this.#begin()
      if (this.#size + size > 0 && this.#size + size + bytes > this.#maxBytes) {
        await this.#write(together, size)
        await rename(this.#path, `${this.#path}.1`)
        this.#size = 0
        together = ""
        size = 0
      }
      together += line
      size += bytes
    }
    await this.#write(together, size)
  }

  async #write(text: string, bytes: number): Promise<void> {
    if (bytes === 0) return
    await appendFile(this.#path, text, { mode: 0o600 })
    this.#size = (this.#size ?? 0) + bytes
  }

  /** After a fault the file is looked at again: someone may have moved it. */
  forget(): void {
    this.#size = undefined
  }

  async #begin(): Promise<number> {
    makeFolder(dirname(this.#path))
    const found = await stat(this.#path).catch(() => undefined)
    return found?.size ?? 0
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const charsOf = ({ request, result }: Recorded): number => {
  const content = result._tag === "Failed" ? undefined : result.response?.content
  return sizeOf(request?.messages ?? []) + (Array.isArray(content) ? sizeOf([{ content }]) : 0)
}

/** Attempts that wait to be written, and how many had no room. */
class Waiting {
  readonly #queue: Queue.Queue<Recorded, Cause.Done>
  #count = 0
  #chars = 0
  #dropped = 0

  constructor(queue: Queue.Queue<Recorded, Cause.Done>) {
    this.#queue = queue
  }

  readonly add = (recorded: Recorded): void => {
    const chars = charsOf(recorded)
    const room = this.#count === 0 || (this.#count < mostWaiting && this.#chars + chars <= mostChars)
    if (!room || !Queue.offerUnsafe(this.#queue, recorded)) {
      this.#dropped++
      return
    }
    this.#count++
    this.#chars += chars
  }

  written(attempts: ReadonlyArray<Recorded>): void {
    this.#count -= attempts.length
    for (const recorded of attempts) this.#chars -= charsOf(recorded)
  }

  /** How many were left out since it was asked last; 0 as long as others still wait: a burst is told of once. */
  lost(): number {
    if (this.#count > 0) return 0
    const lost = this.#dropped
    this.#dropped = 0
    return lost
  }

  /** As `lost`, with those that will not be written any more. */
  lostAtLast(): number {
    return this.#dropped + this.#count
  }
}

/**
 * A log on a file, with a writer of its own that ends, flushed, with the scope. What goes wrong with the file is one line in
 * the log and costs no call anything; what has no room is counted, and told in one line for each burst.
 */
export const makeAttemptLog = (path: string, maxBytes: number): Effect.Effect<AttemptLog, never, Scope.Scope> =>
  Effect.gen(function* () {
    const file = new AttemptFile(path, maxBytes)
    const queue = yield* Queue.unbounded<Recorded, Cause.Done>()
    const waiting = new Waiting(queue)
    let warned = false
    const failed = (why: string) =>
      Effect.suspend(() => {
        file.forget()
        if (warned) return Effect.void
        warned = true
        return Effect.logWarning(`@switchyard/retry-staged cannot write attempts to ${path}: ${why}`)
      })
    const tell = (lost: number) =>
      lost === 0
        ? Effect.void
        : Effect.logWarning(
            `@switchyard/retry-staged left ${lost} attempts out of ${path}: they came faster than it took them`,
          )
    const write = (attempts: ReadonlyArray<Recorded>) =>
      Effect.tryPromise({ try: () => file.append(attempts.map(lineOf)), catch: messageOf }).pipe(
        Effect.catch(failed),
        Effect.andThen(
          Effect.suspend(() => {
            waiting.written(attempts)
            return tell(waiting.lost())
          }),
        ),
      )
    const writer = Effect.forever(Effect.flatMap(Queue.takeBetween(queue, 1, batch), write))
    const fiber = yield* Effect.forkScoped(writer)
    // Added after the fork, so that it runs before the writer is interrupted.
    yield* Effect.addFinalizer(() =>
      Queue.end(queue).pipe(
        Effect.andThen(Effect.interruptible(Effect.timeoutOption(Fiber.await(fiber), flushMs))),
        Effect.andThen(Effect.suspend(() => tell(waiting.lostAtLast()))),
      ),
    )
    return { add: waiting.add }
  })
