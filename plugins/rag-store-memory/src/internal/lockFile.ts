import { readFile, rename, rm, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { threadId } from "node:worker_threads"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { notOpened } from "./failure.ts"

/** `boot` is another after each start of the machine, where that is known. */
const Holder = Schema.Struct({ pid: Schema.Int, thread: Schema.Int, host: Schema.String, boot: Schema.String })
type Holder = typeof Holder.Type
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Holder))

/** Whoever takes over an orphaned lock looks again after this, in ms: another may have done the same. */
const secondLook = 50

/** The locks of this thread. A container's process often has the number that the one before had. */
const held = new Set<string>()

/**
 * Keeps a file to this process until the scope ends, by a file beside it. The lock of a process that is gone is taken over.
 * Fails where a process that runs holds it, also this one.
 */
export const lockFile = (file: string): Effect.Effect<void, LlmError, Scope.Scope> => {
  const path = `${file}.lock`
  const release = Effect.promise(async () => {
    held.delete(path)
    await rm(path, { force: true })
  })
  return Effect.acquireRelease(acquire(file, path), () => release)
}

const acquire = (file: string, path: string): Effect.Effect<void, LlmError> =>
  Effect.suspend(() => {
    if (held.has(path)) return Effect.fail(inUse(file, path, `process ${process.pid}, this one,`))
    held.add(path)
    return Effect.onError(take(file, path), () => Effect.sync(() => void held.delete(path)))
  })

const take = Effect.fnUntraced(function* (file: string, path: string) {
  const trying = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({
      try: run,
      catch: (thrown) => notOpened(file, thrown, "Give this program the right to write its folder"),
    })
  const me: Holder = { pid: process.pid, thread: threadId, host: hostname(), boot: yield* trying(bootId) }
  const mine = JSON.stringify(me)
  if (yield* trying(() => create(path, mine))) return
  const holder = decode(yield* trying(() => readText(path)))
  if (holder._tag === "Some" && isRunning(holder.value, me)) {
    return yield* inUse(file, path, `process ${holder.value.pid} on ${holder.value.host}`)
  }
  yield* trying(() => replace(path, mine))
  yield* Effect.sleep(secondLook)
  if ((yield* trying(() => readText(path))) !== mine) return yield* inUse(file, path, "another process")
})

const bootId = (): Promise<string> => readText("/proc/sys/kernel/random/boot_id")

const readText = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "")

const create = async (path: string, text: string): Promise<boolean> => {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 })
    return true
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false
    throw thrown
  }
}

const replace = async (path: string, text: string): Promise<void> => {
  const own = `${path}.${process.pid}`
  await writeFile(own, text, { mode: 0o600 })
  await rename(own, path)
}

/** Of another host nobody can tell, so it counts as running. */
const isRunning = ({ pid, thread, host, boot }: Holder, me: Holder): boolean => {
  if (host !== me.host) return true
  if (boot !== me.boot) return false
  if (pid === me.pid && thread === me.thread) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // It runs, and is another user's.
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM"
  }
}

const inUse = (file: string, path: string, who: string): LlmError =>
  notOpened(
    file,
    `${who} keeps its store there, and only one may`,
    `End that one, give another file, or use a store that processes share (@switchyard/rag-store-sqlite). ` +
      `If no such process runs, delete ${path}`,
  )
