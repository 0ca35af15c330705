import { LlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"
import { type Connection, connection, defaultStore, plugin, type StoreUrl } from "./internal/connection.ts"
import type { LedgerStore } from "./internal/LedgerStore.ts"
import { rowOf, type SumRow, type UsageRow } from "./internal/rows.ts"
import type { UsageRecord } from "./UsageRecord.ts"
import type { UsageQuery, UsageSum } from "./UsageStats.ts"

export interface LedgerOptions {
  readonly store?: StoreUrl
  /** What nobody waits for is written so often, in ms. Default: 200. */
  readonly flushMs?: number
  /** So many attempts wait at most while the store is away; older ones are then lost, and counted. Default: 10,000. */
  readonly maxWaiting?: number
}

/**
 * The ledger: attempts are added, never changed. Failures are `PluginFailure`, which names the store, or `InvalidRequest`
 * when it cannot be opened.
 */
export interface Ledger {
  /** Takes an attempt and returns at once. A process that is killed loses what it took in the last `flushMs`. */
  readonly note: (record: UsageRecord) => void
  /**
   * Ends when the attempt is committed: it then outlives `kill -9`. Those who wait at the same time share one commit. One
   * that fails is not acknowledged, but may still be written later, once.
   */
  readonly append: (record: UsageRecord) => Effect.Effect<void, LlmError>
  readonly stats: (query?: UsageQuery) => Effect.Effect<ReadonlyArray<UsageSum>, LlmError>
  /** Sums since then by the columns that budgets are made of. */
  readonly totals: (since: number) => Effect.Effect<ReadonlyArray<SumRow>, LlmError>
  /** What no other ledger is called. */
  readonly name: Effect.Effect<string, LlmError>
  /** Writes what waits, now. */
  readonly flush: Effect.Effect<void, LlmError>
  /** How many attempts were lost since the store was away for too long. */
  readonly lost: () => number
}

/** One write or read may take so long, in ms. */
const storeMs = 5000
const closeMs = 2000
/** Rows of one commit. */
const largest = 5000

const failure = (message: string): LlmError =>
  LlmError.make({ _tag: "PluginFailure", plugin, recovery: "none", message })

const late = () => Effect.fail(failure(`the store of ${plugin} did not answer within ${storeMs} ms`))

/** Takes rows and commits them in batches, one batch at a time; what was not written stays for the next time. */
class Writer {
  readonly #connection: Connection
  readonly #most: number
  readonly #lock = Semaphore.makeUnsafe(1)
  /** Open while something waits, so that an idle ledger does nothing. */
  readonly waiting = Latch.makeUnsafe(false)
  #rows: Array<UsageRow> = []
  lost = 0

  constructor(opened: Connection, most: number) {
    this.#connection = opened
    this.#most = most
  }

  get full(): boolean {
    return this.#rows.length >= this.#most
  }

  push(row: UsageRow): void {
    this.#rows.push(row)
    this.waiting.openUnsafe()
    // Dropped in blocks: to shift one by one would be slow with many.
    const surplus = this.#rows.length - this.#most
    if (surplus <= 0) return
    const block = Math.max(surplus, Math.floor(this.#most / 10))
    this.#rows.splice(0, block)
    this.lost += block
  }

  readonly use = <A>(run: (store: LedgerStore) => Effect.Effect<A, SqlError>): Effect.Effect<A, LlmError> =>
    Effect.timeoutOrElse(this.#connection.use(run), { duration: storeMs, orElse: late })

  readonly flush: Effect.Effect<void, LlmError> = Effect.suspend(() => this.#lock.withPermit(Effect.asVoid(this.#all)))

  readonly #all: Effect.Effect<unknown, LlmError> = Effect.suspend(() =>
    this.#rows.length === 0 ? this.waiting.close : Effect.flatMap(this.#some, () => this.#all),
  )

  /** What is taken is written or given back, also when whoever waits for it leaves. */
  readonly #some: Effect.Effect<void, LlmError> = Effect.uninterruptibleMask((interruptible) => {
    const taken = this.#rows.splice(0, largest)
    return Effect.onExit(interruptible(this.use((store) => store.add(taken))), (exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) return
        this.#rows = [...taken, ...this.#rows]
      }),
    )
  })
}

/** A ledger, flushed and closed with the scope. The store is opened when it is first used. */
export const makeLedger = (options: LedgerOptions = {}): Effect.Effect<Ledger, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { store = defaultStore, flushMs = 200, maxWaiting = 10_000 } = options
    const writer = new Writer(yield* connection(store), maxWaiting)
    yield* keepWriting(writer, flushMs)
    const current = <A>(read: Effect.Effect<A, LlmError>) => Effect.andThen(writer.flush, read)
    return {
      note: (record) => writer.push(rowOf(record)),
      append: (record) =>
        Effect.suspend(() => {
          if (writer.full) return Effect.fail(failure(`the ledger of ${plugin} is full: its store takes nothing`))
          writer.push(rowOf(record))
          return writer.flush
        }),
      stats: (query = {}) => current(writer.use((kept) => kept.sums(query))),
      totals: (since) => current(writer.use((kept) => kept.groups(["tenant", "provider", "model", "tags"], { since }))),
      name: writer.use((kept) => kept.name),
      flush: writer.flush,
      lost: () => writer.lost,
    }
  })

/** Reads a ledger that must be there, without a stack. */
export const readUsage = (store: StoreUrl = defaultStore): Effect.Effect<Pick<Ledger, "stats">, never, Scope.Scope> =>
  Effect.map(connection(store, true), ({ use }) => ({ stats: (query = {}) => use((kept) => kept.sums(query)) }))

const keepWriting = Effect.fnUntraced(function* (writer: Writer, flushMs: number) {
  let down = false
  let told = 0
  const failed = (cause: Cause.Cause<LlmError>) =>
    Effect.suspend(() => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const lost = writer.lost > told ? ` ${writer.lost} attempts are lost.` : ""
      if (down && lost === "") return Effect.void
      down = true
      told = writer.lost
      const error = Cause.findErrorOption(cause)
      const why = error._tag === "Some" ? error.value.reason.message : Cause.pretty(cause)
      return Effect.logWarning(`${plugin}: ${why}.${lost} Calls go on, and it is tried again`)
    })
  const round = Effect.catchCause(
    Effect.andThen(
      writer.flush,
      Effect.sync(() => void (down = false)),
    ),
    failed,
  )
  const next = Effect.andThen(writer.waiting.await, Effect.sleep(flushMs))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(next, round)))
  // Added after the fork, so that it runs before the writer is interrupted.
  yield* Effect.addFinalizer(() => Effect.interruptible(Effect.timeoutOption(round, closeMs)))
})
