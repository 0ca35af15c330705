import type * as Sqlite from "node:sqlite"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Connection } from "./Connection.ts"
import { failed, isBusy, notOpened } from "./failure.ts"
import { type Arithmetic, memory, openFile } from "./openFile.ts"

export interface AccessOptions {
  readonly file: string
  readonly busyTimeoutMs: number
  readonly arithmetic: "fastest" | "plain"
}

/** How an open file is read and written. */
export interface Access {
  readonly arithmetic: Arithmetic
  /** One step that sees one state of the file, and holds the thread for its time. */
  readonly read: <A>(run: (db: Connection) => A) => Effect.Effect<A, LlmError>
  /** A transaction. Writes take turns; one that fails or is interrupted leaves nothing. */
  readonly write: <A>(steps: (db: Connection) => Effect.Effect<A, LlmError>) => Effect.Effect<A, LlmError>
}

/**
 * Runs what another process's write may hold up. Inside SQLite it waits for a moment only, since that blocks the whole
 * program; the rest is waited for here, in steps of 2 to 50 ms.
 */
const whenFree = (busyTimeoutMs: number) => {
  const steps = Schedule.min([Schedule.exponential("2 millis"), Schedule.spaced("50 millis")])
  const schedule = Schedule.upTo(Schedule.jittered(steps), { duration: busyTimeoutMs })
  return <A>(run: () => A, errorOf: (thrown: unknown) => LlmError): Effect.Effect<A, LlmError> =>
    Effect.try({ try: run, catch: (thrown) => ({ busy: isBusy(thrown), error: errorOf(thrown) }) }).pipe(
      Effect.retry({ schedule, while: ({ busy }) => busy }),
      Effect.mapError(({ error }) => error),
    )
}

/** One step of an operation. */
export const step = <A>(db: Connection, run: () => A): Effect.Effect<A, LlmError> =>
  Effect.try({ try: () => db.use(run), catch: (thrown) => failed(db.file, thrown) })

/** One that cannot be rolled back is so already: SQLite does it when the disk is full, and when the file is closed. */
const rollback = (db: Connection) =>
  Effect.ignore(Effect.try(() => (db.isTransaction ? db.exec("ROLLBACK") : undefined)))

const readOnly =
  "it is open for reading alone, as it may not be written to. Give this program the right to write the file and its folder " +
  "and open the store again, or give another file"

/** What is read of a file that changed meanwhile may be anything, a failure included: the change is what is said. */
const sure = <A>(check: () => void, read: () => A): A => {
  try {
    return read()
  } finally {
    check()
  }
}

/** Opens a file; it closes with the scope. */
export const openAccess = Effect.fnUntraced(function* ({
  file,
  busyTimeoutMs,
  arithmetic,
}: AccessOptions): Effect.fn.Return<Access, LlmError, Scope.Scope> {
  const patient = whenFree(busyTimeoutMs)
  const sqlite: typeof Sqlite = yield* Effect.promise(() => import("node:sqlite"))
  const opened = yield* Effect.acquireRelease(
    patient(
      () => openFile(sqlite, file, arithmetic),
      (thrown) => notOpened(file, thrown),
    ),
    ({ writer, reader }) =>
      Effect.sync(() => {
        if (reader !== writer) reader.close()
        writer?.close()
      }),
  )
  const { writer, reader, check } = opened
  const turns = yield* Semaphore.make(1)
  const inTurn = turns.withPermits(1)
  const calm = <A>(db: Connection, run: () => A) =>
    patient(
      () => db.use(run),
      (thrown) => failed(file, thrown),
    )
  // In memory there is one connection, so what reads must not see the half of a transaction.
  const beside: <A>(effect: Effect.Effect<A, LlmError>) => Effect.Effect<A, LlmError> =
    file === memory ? inTurn : (effect) => effect
  return {
    arithmetic: opened.arithmetic,
    read: (run) => beside(calm(reader, () => sure(check, () => reader.snapshot(() => run(reader))))),
    write: (steps) =>
      writer === undefined
        ? Effect.fail(failed(file, new Error(readOnly)))
        : calm(writer, () => writer.exec("BEGIN IMMEDIATE")).pipe(
            Effect.andThen(Effect.suspend(() => steps(writer))),
            Effect.tap(calm(writer, () => writer.exec("COMMIT"))),
            // Also where it was interrupted, at any point.
            Effect.ensuring(rollback(writer)),
            inTurn,
          ),
  }
})
