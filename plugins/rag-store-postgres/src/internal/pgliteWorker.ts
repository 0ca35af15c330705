import { parentPort, workerData } from "node:worker_threads"

/** Bytes of Postgres's wire protocol, of one connection after the other; or the end. */
export type ToDatabase = { readonly session: number; readonly bytes: Uint8Array } | "close"

/** `ready`: it is open. `refused`: it cannot be, and why. `answered`: some of what a message brought, in order. */
export type FromDatabase =
  | { readonly _tag: "ready" | "missing" }
  | { readonly _tag: "refused"; readonly problem: string }
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
    await opened.execProtocolRawStream(message.bytes, { onRawData: (bytes) => answers.add(bytes) })
    answers.flush()
  }
  port.on("message", (message: ToDatabase) => {
    last = last.then(() => answer(message))
  })
  say({ _tag: "ready" })
}

/** What is sent at once, in bytes. */
const most = 2 ** 18

/** Pieces of a few KiB as one: a message to another thread costs more than its bytes. */
class Gathered {
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void
  #pieces: Array<Uint8Array> = []
  #size = 0

  constructor(send: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece.slice())
    this.#size += piece.length
    if (this.#size >= most) this.flush()
  }

  flush(): void {
    if (this.#size === 0) return
    const bytes = new Uint8Array(this.#size)
    let at = 0
    for (const piece of this.#pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    this.#size = 0
    this.#send(bytes)
  }
}

const open = async (folder: string) => {
  const pglite = await import("@electric-sql/pglite").catch(() => undefined)
  if (pglite === undefined) return { _tag: "missing" } as const
  const pgvector = await import("@electric-sql/pglite-pgvector").catch(() => undefined)
  const extensions = pgvector === undefined ? {} : { vector: pgvector.vector }
  try {
    return await pglite.PGlite.create({ dataDir: folder, extensions })
  } catch (thrown) {
    return { _tag: "refused", problem: thrown instanceof Error ? thrown.message : String(thrown) } as const
  }
}

if (parentPort !== null) await serve(String(workerData), parentPort)
