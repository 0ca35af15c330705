import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Fault } from "./Fault.ts"
import type { Language } from "./languages.ts"
import type { Answer, Question } from "./worker.ts"

/** What came of parsing: faults, or why there was no parsing. */
export type Parsed = { readonly faults: ReadonlyArray<Fault> } | { readonly refused: string }

const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url)

/**
 * Parsers in a thread of their own: a text that takes them long, or breaks them, holds up nobody else. The thread is
 * started for the first code, left when a parser does not come back in time, and ended with the scope.
 */
export class ParserHost {
  readonly #one = Semaphore.makeUnsafe(1)
  readonly #timeoutMs: number
  #worker: Worker | undefined

  private constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  static make(timeoutMs: number): Effect.Effect<ParserHost, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => new ParserHost(timeoutMs)),
      (host) => Effect.promise(() => host.#end()),
    )
  }

  parse(language: Language, code: string): Effect.Effect<Parsed> {
    const late: Parsed = { refused: `parsing it took more than ${this.#timeoutMs} ms` }
    return this.#ask({ language, code }).pipe(
      Effect.timeoutOrElse({ duration: this.#timeoutMs, orElse: () => Effect.succeed(late) }),
      this.#one.withPermit,
    )
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #ask(question: Question): Effect.Effect<Parsed> {
    return Effect.callback((resume) => {
      const worker = (this.#worker ??= start())
      const settle = (parsed: Parsed, broken: boolean): void => {
        forget()
        if (broken) void this.#end()
        resume(Effect.succeed(parsed))
      }
      const onMessage = (answer: Answer): void =>
        "faults" in answer ? settle(answer, false) : settle({ refused: answer.failed }, answer.broken)
      const onError = (error: unknown): void => settle({ refused: String(error) }, true)
      const onExit = (): void => settle({ refused: "its parser ended" }, true)
      const forget = (): void => {
        worker.off("message", onMessage).off("error", onError).off("exit", onExit)
        worker.unref()
      }
      worker.on("message", onMessage).on("error", onError).on("exit", onExit)
      worker.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(question)
      return Effect.sync(() => {
        forget()
        // Native code is not stopped before it returns: nobody waits for that.
        void this.#end()
      })
    })
  }
}

/** Parsers call themselves for each level of nesting, native ones without a look at how much stack is left. */
const stackSizeMb = 512

const start = (): Worker => {
  const worker = new Worker(file, {
    stdout: true,
    stderr: true,
    env: {},
    execArgv: [],
    resourceLimits: { stackSizeMb, maxYoungGenerationSizeMb: 16 },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.on("error", () => undefined)
  return worker
}
