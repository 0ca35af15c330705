import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Extracted } from "./pdfText.ts"
import type { Format, Task } from "./readerThread.ts"

const file = new URL(import.meta.url.endsWith(".ts") ? "./readerThread.ts" : "./readerThread.js", import.meta.url)

export interface ReaderLimits {
  /** For one file, in ms. */
  readonly timeoutMs: number
  /** Heap of the thread, in MB. */
  readonly memoryMb: number
}

/**
 * Readers of formats that others wrote, in a thread of their own: a file that takes them long, or all their memory, is
 * skipped and holds up nobody. The thread is started for the first file, left when a file is not read in time, started again
 * where it has ended, and ended with the scope. One file at a time.
 */
export class ReaderHost {
  readonly #one = Semaphore.makeUnsafe(1)
  readonly #limits: ReaderLimits
  #worker: Worker | undefined
  #closed = false

  private constructor(limits: ReaderLimits) {
    this.#limits = limits
  }

  static make(limits: ReaderLimits): Effect.Effect<ReaderHost, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => new ReaderHost(limits)),
      (host) => Effect.promise(() => host.#close()),
    )
  }

  read(format: Format, bytes: Uint8Array): Effect.Effect<Extracted> {
    const { timeoutMs } = this.#limits
    const late = unfinished(`reading it took more than ${timeoutMs} ms`)
    return Effect.raceFirst(this.#read({ format, bytes }), tooLarge(this.#limits)).pipe(
      Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.succeed(late) }),
      // Read after the source has ended: no scope would end the thread.
      Effect.ensuring(Effect.suspend(() => (this.#closed ? Effect.promise(() => this.#end()) : Effect.void))),
      this.#one.withPermit,
    )
  }

  #close(): Promise<void> {
    this.#closed = true
    return this.#end()
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  /** A thread that has read other files may end for what those left behind: then another is asked, once. */
  #read(task: Task): Effect.Effect<Extracted> {
    return Effect.suspend(() => {
      const isFirst = this.#worker === undefined
      return isFirst ? this.#ask(task) : Effect.catch(this.#ask(task), () => this.#ask(task))
    }).pipe(Effect.catch((ended) => Effect.succeed(ended)))
  }

  /** Fails when the thread ends before it answers. */
  #ask(task: Task): Effect.Effect<Extracted, Extracted> {
    return Effect.callback((resume) => {
      const worker = (this.#worker ??= this.#start())
      const settle = (outcome: Effect.Effect<Extracted, Extracted>): void => {
        forget()
        resume(outcome)
      }
      const onMessage = (answer: Extracted): void => settle(Effect.succeed(answer))
      const onError = (error: unknown): void =>
        settle(isOutOfMemory(error) ? Effect.succeed(tooMuch(this.#limits)) : Effect.fail(failure(error)))
      const onExit = (): void => settle(Effect.fail(unfinished("its reader ended")))
      const forget = (): void => {
        worker.off("message", onMessage).off("error", onError).off("exit", onExit)
        worker.unref()
      }
      worker.on("message", onMessage).on("error", onError).on("exit", onExit)
      worker.ref()
      // Copied: another thread may have to be asked.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(task)
      return Effect.sync(() => {
        forget()
        void this.#end()
      })
    })
  }

  /** Between two files nobody else would see that it ends. */
  #start(): Worker {
    const worker = start(this.#limits)
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined
    }
    return worker.on("error", forget).on("exit", forget)
  }
}

/** Nothing is known of the file itself. */
const unfinished = (why: string): Extracted => ({ why, transient: true })

/**
 * What is unpacked is not on the heap, and no limit of the thread holds for it: the memory of the process is watched. Twice
 * the limit is let go, as others use memory too.
 */
const tooLarge = (limits: ReaderLimits): Effect.Effect<Extracted> =>
  Effect.suspend(() => {
    const most = process.memoryUsage.rss() + 2 * limits.memoryMb * 1e6
    const look = Effect.sync(() => process.memoryUsage.rss() > most)
    return Effect.as(Effect.repeat(Effect.delay(look, 50), { until: (isTooMuch) => isTooMuch }), tooMuch(limits))
  })

const tooMuch = ({ memoryMb }: ReaderLimits): Extracted =>
  unfinished(`reading it takes more than ${memoryMb} MB of memory`)

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"

const failure = (error: unknown): Extracted => unfinished(`it cannot be read (${String(error)})`)

const start = ({ memoryMb }: ReaderLimits): Worker => {
  const worker = new Worker(file, {
    stdout: true,
    stderr: true,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  return worker
}
