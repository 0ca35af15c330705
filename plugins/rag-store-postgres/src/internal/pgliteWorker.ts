import { parentPort, workerData } from "node:worker_threads"
import { Gathered } from "./Gathered.ts"
import { panicOf } from "./panicOf.ts"

/** Bytes of Postgres's wire protocol, of one connection after the other; or the end. */
export type ToDatabase = { readonly session: number; readonly bytes: Uint8Array } | "close"

/**
 * `ready`: it is open. `refused`: it cannot be, and why. `broken`: it is of no use any more. `answered`: some of what a
 * message brought, in order.
 */
export type FromDatabase =
  | { readonly _tag: "ready" | "missing" }
  | { readonly _tag: "refused" | "broken"; readonly problem: string }
  | { readonly _tag: "answered"; readonly session: number; readonly bytes: Uint8Array }

/** One PGlite in a thread of its own: what takes it long holds up nobody else. */
const serve = async (folder: string, port: NonNullable<typeof parentPort>): Promise<void> => {
  const say = (message: FromDatabase, move: ReadonlyArray<ArrayBuffer> = []): void =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    port.postMessage(message, move)
  const opened = await open(folder)
  if ("_tag" in opened) {
    say(opened)
    port.close()
    return
  }
  let current = 0
  let last = Promise.resolve()
  const answer = async (message: ToDatabase): Promise<void> => {
    if (message === "close") {
      await opened.close()
      port.close()
      return
    }
    if (message.session !== current) {
      // There is one session underneath: what another connection left in it must not be found by the next.
      if (current > 0) for (const reset of ["ROLLBACK", "DISCARD ALL"]) await opened.exec(reset)
      current = message.session
    }
    const { session } = message
    const answers = new Gathered((bytes) => say({ _tag: "answered", session, bytes }, [bytes.buffer]))
    const onRawData = (bytes: Uint8Array): void => {
      answers.add(bytes)
      const problem = panicOf(bytes)
      if (problem !== undefined) say({ _tag: "broken", problem })
    }
    await opened.execProtocolRawStream(message.bytes, { onRawData })
    answers.flush()
  }
  port.on("message", (message: ToDatabase) => {
    last = last.then(() => answer(message))
  })
  say({ _tag: "ready" })
}

const open = async (folder: string) => {
  const pglite = await import("@electric-sql/pglite").catch(() => undefined)
  if (pglite === undefined) return { _tag: "missing" } as const
  const pgvector = await import("@electric-sql/pglite-pgvector").catch(() => undefined)
  const extensions = pgvector === undefined ? {} : { vector: pgvector.vector }
  try {
    return await pglite.PGlite.create({ dataDir: folder, extensions })
  } catch (thrown) {
    return { _tag: "refused", problem: problemOf(thrown) } as const
  }
}

/** WASI's numbers of what a file system says: PGlite throws them without a text. */
const systemErrors: Readonly<Record<number, string>> = {
  2: "this program may not write there (EACCES)",
  29: "the disk cannot be read or written (EIO)",
  51: "the disk is full (ENOSPC)",
  63: "this program may not write there (EPERM)",
  69: "the disk takes no changes (EROFS)",
}

const damaged =
  "the folder may be damaged, hold other files, or be left by a first start that was cut off. Put a copy of it back, or move " +
  "it away, and index again"

const problemOf = (thrown: unknown): string => {
  if (thrown instanceof Error) return `${damaged}. PGlite says: ${thrown.message.replace(/[.\s]+$/, "")}`
  const number = typeof thrown === "object" && thrown !== null && "errno" in thrown ? Number(thrown.errno) : -1
  return systemErrors[number] ?? `${damaged}. PGlite says: error ${number} of the file system`
}

if (parentPort !== null) await serve(String(workerData), parentPort)
