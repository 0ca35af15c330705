import { closeSync, openSync, readFileSync, rmSync, statSync } from "node:fs"
import { open, readdir, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { crc32 } from "node:zlib"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { capture } from "./capture.ts"
import { closedAlready, notOpened, notSaved, unreadable } from "./failure.ts"
import { type Contents, decode, encode, type Kept, type Moment, Unreadable } from "./format.ts"
import type { Memory } from "./Memory.ts"
import { hold, placeOf } from "./place.ts"
import { restore } from "./restore.ts"
import type { Space } from "./Space.ts"
import { writeWhole } from "./writeWhole.ts"

/** The file that a store is kept in. */
export interface StoreFile {
  /** Writes all of the store, if it has changed since. */
  readonly save: Effect.Effect<void, LlmError>
}

/**
 * Locks, reads and checks the file, and fills the store from it; without a file it begins empty. Approximate indexes are in
 * files beside it: `NAME.7-0.index` is the first one of the file's 7th writing.
 */
export const openStoreFile = Effect.fnUntraced(function* (
  file: string,
  memory: Memory,
): Effect.fn.Return<StoreFile, LlmError, Scope.Scope> {
  const path = yield* placeOf(file)
  yield* hold(path)
  const contents = yield* read(path)
  if (contents !== undefined) {
    const refused = yield* restore(memory, contents, (kept) => indexPath(path, kept))
    if (refused !== undefined) return yield* unreadable(path, refused.message)
  }
  const semaphore = yield* Semaphore.make(1)
  let closed = false
  let generation = contents?.generation ?? 0
  let saved = memory.changes
  const write = Effect.gen(function* () {
    if (closed) return yield* closedAlready(path)
    if (memory.changes === saved) return undefined
    const next = generation + 1
    const { namespaces, changes } = yield* capture(memory, (number, space, ids) =>
      saveIndex(`${path}.${next}-${number}.index`, space, ids),
    )
    const written = yield* Effect.onInterrupt(toDisk(path, { generation: next, namespaces }), () =>
      removeIndexes(path, namespaces),
    )
    generation = next
    saved = changes
    yield* sweep(path, written)
    return undefined
  })
  // What is being written is waited for; from then on the file may be another's.
  yield* Effect.addFinalizer(() => semaphore.withPermit(Effect.sync(() => void (closed = true))))
  return { save: semaphore.withPermit(write) }
})

const readAtOnce = 1 << 28

const read = (path: string): Effect.Effect<Contents | undefined, LlmError> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: () => readWhole(path),
      catch: (thrown) => notOpened(path, thrown, "Give this program the right to read it"),
    }),
    (bytes) => {
      const contents = bytes === undefined ? undefined : decode(bytes)
      return contents instanceof Unreadable ? Effect.fail(unreadable(path, contents.problem)) : Effect.succeed(contents)
    },
  )

/** In pieces: `readFile` ends at 2 GiB. */
const readWhole = async (path: string): Promise<Uint8Array | undefined> => {
  const handle = await open(path, "r").catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined
    throw thrown
  })
  if (handle === undefined) return undefined
  try {
    const bytes = Buffer.allocUnsafeSlow((await handle.stat()).size)
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(readAtOnce, bytes.length - at), at)
      if (bytesRead === 0) throw new Error("it grew shorter while it was read")
      at += bytesRead
    }
    return bytes
  } finally {
    await handle.close()
  }
}

/** An index that cannot be written is made again by whoever opens the file. */
const saveIndex = (path: string, { hnsw }: Space, ids: ReadonlyArray<string>): Moment["index"] => {
  if (hnsw === undefined || hnsw.size === 0) return undefined
  try {
    // The library writes into what is there: a file of its own, and its owner's only.
    rmSync(path, { force: true })
    closeSync(openSync(path, "wx", 0o600))
    const slots = hnsw.save(path, ids)
    const bytes = readFileSync(path)
    return { kept: { file: basename(path), bytes: bytes.length, crc: crc32(bytes) }, slots }
  } catch {
    removeQuietly(path)
    return undefined
  }
}

const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // A folder, or one that may not be written.
  }
}

/** Where an index is, if it is still the one that was saved: the library trusts what it reads. */
const indexPath = (path: string, { file, bytes, crc }: Kept): string | undefined => {
  if (!isIndexOf(path, file)) return undefined
  const own = join(dirname(path), file)
  try {
    return statSync(own).size === bytes && crc32(readFileSync(own)) === crc ? own : undefined
  } catch {
    return undefined
  }
}

/** Is it a name that `saveIndex` gives? */
const isIndexOf = (path: string, name: string): boolean => {
  const own = `${basename(path)}.`
  return name.startsWith(own) && /^\d+-\d+\.index$/.test(name.slice(own.length))
}

/**
 * Gives the namespaces as they are written. Where there is no room for all, the records go before the indexes, which are
 * made again by whoever opens the file. One that failed leaves no index.
 */
const toDisk = (path: string, contents: Contents): Effect.Effect<ReadonlyArray<Moment>, LlmError> => {
  const { namespaces } = contents
  const bare = namespaces.map(({ name, stamp, records }): Moment => ({ name, stamp, records }))
  return Effect.as(writing(path, contents), namespaces).pipe(
    Effect.catch((thrown) =>
      Effect.andThen(
        removeIndexes(path, namespaces),
        isNoRoom(thrown) && namespaces.some(({ index }) => index !== undefined)
          ? Effect.as(writing(path, { ...contents, namespaces: bare }), bare)
          : Effect.fail(thrown),
      ),
    ),
    Effect.mapError((thrown) => notSaved(path, thrown)),
  )
}

const isNoRoom = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && (thrown.code === "ENOSPC" || thrown.code === "EDQUOT")

/** Interrupted, it waits until nothing is being written any more. */
const writing = (path: string, contents: Contents): Effect.Effect<void, unknown> =>
  Effect.callback((resume, signal) => {
    const written = writeWhole(path, encode(contents), signal).then(
      () => resume(Effect.void),
      (thrown: unknown) => resume(Effect.fail(thrown)),
    )
    return Effect.promise(() => written)
  })

const indexesOf = (namespaces: ReadonlyArray<Moment>): ReadonlyArray<string> =>
  namespaces.flatMap(({ index }) => (index === undefined ? [] : [index.kept.file]))

const removeIndexes = (path: string, namespaces: ReadonlyArray<Moment>): Effect.Effect<void> =>
  removed(dirname(path), indexesOf(namespaces))

/** Deletes indexes of earlier writings. */
const sweep = (path: string, namespaces: ReadonlyArray<Moment>): Effect.Effect<void> => {
  const kept = new Set(indexesOf(namespaces))
  const folder = dirname(path)
  return Effect.flatMap(
    Effect.promise(() => readdir(folder).catch(() => [])),
    (names) =>
      removed(
        folder,
        names.filter((name) => isIndexOf(path, name) && !kept.has(name)),
      ),
  )
}

const removed = (folder: string, names: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.promise(async () => {
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)))
  })
