import { readlink, realpath, stat } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import type { LlmError } from "@switchyard/core"
import { lockFile, makeFolder } from "@switchyard/files"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { notOpened } from "./failure.ts"

/** The file's own place, whatever links lead there: it is the one that is replaced. Its folders are made. */
export const placeOf = (file: string): Effect.Effect<string, LlmError> =>
  Effect.tryPromise({
    try: () => follow(resolve(file)),
    catch: (thrown) => notOpened(file, thrown, "Give a path in a folder that this program may write"),
  })

/** Also where there is no file yet: two paths of it are one place. */
const follow = async (path: string): Promise<string> => {
  makeFolder(dirname(path))
  const there = await realpath(path).catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined
    throw thrown
  })
  if (there === undefined) {
    const own = join(await realpath(dirname(path)), basename(path))
    const target = await readlink(own).catch(() => undefined)
    return target === undefined ? own : follow(resolve(dirname(own), target))
  }
  // Opening a pipe would wait for who writes into it, for good.
  if (!(await stat(there)).isFile()) throw new Error("it is no regular file")
  return there
}

/** Keeps a place to this store until the scope ends. */
export const hold = (place: string): Effect.Effect<void, LlmError, Scope.Scope> => {
  const taken = Effect.filterOrFail(
    Effect.tryPromise({
      try: () => lockFile(`${place}.lock`),
      catch: (thrown) => notOpened(place, thrown, "Its lock must be a file beside it that this program may write"),
    }),
    (release) => release !== undefined,
    () => inUse(place),
  )
  return Effect.asVoid(Effect.acquireRelease(taken, (release) => Effect.sync(release)))
}

const inUse = (place: string): LlmError =>
  notOpened(
    place,
    "another process, or another store of this one, keeps its records there, and only one may",
    `End that one (on Linux, fuser ${place}.lock says which it is), give another file, or use a store that processes share ` +
      `(@switchyard/rag-store-sqlite)`,
  )
