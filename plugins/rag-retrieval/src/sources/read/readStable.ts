import { constants, type FileHandle, open, stat } from "node:fs/promises"
import type { BigIntStats } from "node:fs"
import { LlmError } from "@switchyard/core"
import type { Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"

/** For what it is. */
export const skipped = (why: string): Skipped => ({ _tag: "Skipped", why })

/** For what is so now: what is indexed of it stays. */
export const skippedNow = (why: string): Skipped => ({ ...skipped(why), transient: true })

export interface ReadOptions {
  /** In bytes. */
  readonly maxBytes: number
  /** Why not to read on, by the first 8 kB. */
  readonly refuse?: (head: Uint8Array) => string | undefined
}

const headBytes = 8192

/** How often a file is read before it is taken to change all the time. */
const tries = 3

/** `20 MB`, `1.5 kB`. */
export const sizeText = (bytes: number): string => {
  const [unit, name] = bytes >= 1e6 ? [1e6, "MB"] : bytes >= 1000 ? [1000, "kB"] : [1, "bytes"]
  return `${Number((bytes / unit).toFixed(1))} ${name}`
}

export const tooLarge = (bytes: number, maxBytes: number): Skipped =>
  skipped(`larger than ${sizeText(maxBytes)} (${sizeText(bytes)}): raise maxBytes to read it`)

/**
 * The content of a regular file, from one state of it. A file that changes meanwhile is read again, three times in all, and
 * skipped then. Fails with `PluginFailure` when the system cannot read at all.
 */
export const readStable = (path: string, options: ReadOptions): Effect.Effect<Uint8Array | Skipped, LlmError> =>
  Effect.tryPromise({
    try: async (signal) => {
      for (let left = tries; left > 0; left--) {
        const content = await readOnce(path, options, signal)
        if (content !== undefined) return content
      }
      return skippedNow(`it changed while it was read, ${tries} times: it is read again in the next run`)
    },
    catch: (error) => unreadable(path, error),
  })

/** Undefined: it changed. */
const readOnce = async (
  path: string,
  { maxBytes, refuse }: ReadOptions,
  signal: AbortSignal,
): Promise<Uint8Array | Skipped | undefined> => {
  // A pipe would block in open() until somebody writes to it; a link may have taken the file's place.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    (error: unknown) => passedOver(error),
  )
  if ("why" in file) return file
  try {
    const before = await file.stat({ bigint: true })
    if (!before.isFile()) return skipped("neither a file nor a folder")
    const size = Number(before.size)
    if (size > maxBytes) return tooLarge(size, maxBytes)
    const head = new Uint8Array(Math.min(size, headBytes))
    const began = await fill(file, head, 0, signal)
    const refused = refuse?.(head.subarray(0, began))
    if (refused !== undefined) return skipped(refused)
    const bytes = new Uint8Array(size)
    bytes.set(head)
    const length = began + (await fill(file, bytes.subarray(began), began, signal))
    const after = await file.stat({ bigint: true })
    // Another file may have taken its name.
    const named = await stat(path, { bigint: true }).catch(() => undefined)
    return length === size && same(before, after) && named !== undefined && same(before, named) ? bytes : undefined
  } finally {
    await file.close()
  }
}

const fill = async (file: FileHandle, bytes: Uint8Array, from: number, signal: AbortSignal): Promise<number> => {
  let at = 0
  while (at < bytes.length) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 1 << 20), from + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at
}

const same = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error)

const gone = skippedNow("it was gone when it was to be read")
const shut = skippedNow("it may not be read: check its permissions")

const passing: Readonly<Record<string, Skipped>> = {
  ENOENT: gone,
  ENOTDIR: gone,
  ELOOP: skipped("a link: links are not followed"),
  EACCES: shut,
  EPERM: shut,
  ENXIO: skipped("neither a file nor a folder"),
}

/** What is wrong with this file alone; anything else is the system's, and fails the source. */
const passedOver = (error: unknown): Skipped => {
  const code = codeOf(error)
  const found = Object.hasOwn(passing, code) ? passing[code] : undefined
  if (found === undefined) throw error
  return found
}

/** A path that the system cannot read: the whole source is taken to be ill. */
export const unreadable = (path: string, error: unknown): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "source", message: `${path} cannot be read (${codeOf(error)})` },
    { operation: "config" },
  )

/** `undefined` while the file is so young that it may be written again without looking different. */
export const fingerprintOf = (stats: BigIntStats, now: number): string | undefined => {
  const { size, mtimeNs, ctimeNs } = stats
  const latest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  if (now - Number(latest / 1_000_000n) < unsettledMs) return undefined
  return [size, mtimeNs, ctimeNs].map((part) => part.toString(36)).join("-")
}

/** The coarsest clock that file systems keep is that of FAT, 2 s. See "racy git" in git's technical documentation. */
const unsettledMs = 2000
