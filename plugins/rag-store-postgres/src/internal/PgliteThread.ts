import { once } from "node:events"
import { Duplex } from "node:stream"
import { Worker } from "node:worker_threads"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { notOpened } from "./failure.ts"
import type { FromDatabase, ToDatabase } from "./pgliteWorker.ts"

const file = new URL(import.meta.url.endsWith(".ts") ? "./pgliteWorker.ts" : "./pgliteWorker.js", import.meta.url)
const closeWithinMs = 30_000
const openWithin = "2 minutes"

const missing =
  "it is embedded, and PGlite is not installed. Install @electric-sql/pglite@0.5.14 and " +
  "@electric-sql/pglite-pgvector@0.0.15, or give the postgres:// URL of a server"

/** The messages of a client that are for a server process: give up what another connection does, and good-bye. */
const isCancel = (bytes: Uint8Array): boolean =>
  bytes.length === 16 && bytes[4] === 0x04 && bytes[5] === 0xd2 && bytes[6] === 0x16 && bytes[7] === 0x2e
const isTerminate = (bytes: Uint8Array): boolean => bytes.length === 5 && bytes[0] === 0x58

/**
 * An embedded Postgres in a thread of its own, and connections to it that a client of the wire protocol can use. One
 * connection lives at a time; the thread runs what it was given to its end, since nothing can stop it there.
 */
export class PgliteThread {
  readonly #worker: Worker
  readonly #open = new Map<number, Duplex>()
  #sessions = 0
  #ready = false
  #ended: Error | undefined

  private constructor(folder: string) {
    this.#worker = new Worker(file, { workerData: folder, env: {}, execArgv: [] })
    this.#worker.on("message", (message: FromDatabase) => {
      if (message._tag === "answered" && message.bytes.length > 0) this.#open.get(message.session)?.push(message.bytes)
      if (message._tag === "broken") void this.giveUp(message.problem)
    })
    this.#worker.on("error", (thrown: unknown) =>
      this.#end(thrown instanceof Error ? thrown : new Error(String(thrown))),
    )
    this.#worker.on("exit", () => this.#end(new Error("the embedded Postgres has ended")))
  }

  /** Starts it on a folder, or on `memory://`. It is closed with the scope. */
  static make(folder: string, name: string): Effect.Effect<PgliteThread, LlmError, Scope.Scope> {
    const thread = Effect.acquireRelease(
      Effect.sync(() => new PgliteThread(folder)),
      (started) => Effect.promise(() => started.#close()),
    )
    return Effect.flatMap(thread, (started) =>
      Effect.as(
        Effect.timeoutOrElse(started.#opened(name), {
          duration: openWithin,
          orElse: () => Effect.fail(notOpened(name, `it was not ready within ${openWithin}`)),
        }),
        started,
      ),
    )
  }

  #opened(name: string): Effect.Effect<void, LlmError> {
    return Effect.callback((resume) => {
      const fail = (problem: string): void => resume(Effect.fail(notOpened(name, problem)))
      this.#worker.once("error", (thrown: unknown) => fail(thrown instanceof Error ? thrown.message : String(thrown)))
      this.#worker.once("message", (said: FromDatabase) => {
        if (said._tag === "missing") fail(missing)
        if (said._tag === "refused") fail(said.problem)
        if (said._tag !== "ready") return
        this.#ready = true
        resume(Effect.void)
      })
    })
  }

  /** A new connection. */
  connect(): Duplex {
    const session = ++this.#sessions
    const connection: Duplex = new Duplex({
      read: () => undefined,
      write: (bytes: Uint8Array, _encoding, done) => {
        if (isCancel(bytes)) connection.destroy()
        else if (!isTerminate(bytes)) this.#send({ session, bytes: new Uint8Array(bytes) })
        done()
      },
      final: (done) => {
        connection.push(null)
        done()
      },
      destroy: (error, done) => {
        this.#open.delete(session)
        done(error)
      },
    })
    if (this.#ended === undefined) this.#open.set(session, connection)
    else connection.destroy(this.#ended)
    return connection
  }

  /** Ends what does not come to an end by itself. What was committed is in Postgres's log. */
  async giveUp(why: string): Promise<void> {
    this.#end(
      new Error(
        `${why}, so the embedded Postgres was ended, and what was being written is undone: open the store again`,
      ),
    )
    await this.#worker.terminate()
  }

  #send(message: ToDatabase): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message)
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const connection of this.#open.values()) connection.destroy(error)
    this.#open.clear()
  }

  /** What is written is on disk then. A thread that does not come to an end is ended; Postgres's log makes good for that. */
  async #close(): Promise<void> {
    if (this.#ended !== undefined) return
    if (this.#ready) {
      const ended = once(this.#worker, "exit", { signal: AbortSignal.timeout(closeWithinMs) })
      this.#send("close")
      await ended.catch(() => undefined)
    }
    await this.#worker.terminate()
  }
}
