import { open, stat } from "node:fs/promises"
import { isLlmError, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { badFile, unreadable } from "./errors.ts"
import { type GgufHeader, readHeader } from "./gguf/header.ts"

/** Bytes read at first, and at most. The header of a model with 250 000 tokens is some 10 MB. */
const firstBytes = 1 << 20
const mostBytes = 1 << 28

const readFile = async (path: string): Promise<GgufHeader> => {
  // Before it is opened: to open a pipe that nobody writes to would wait for ever, and with it a thread of the pool.
  const stats = await stat(path)
  if (stats.isDirectory()) throw unreadable(path, "EISDIR")
  if (!stats.isFile()) throw unreadable(path, "not a file")
  const file = await open(path, "r")
  try {
    for (let want = firstBytes; ; want *= 8) {
      const bytes = Buffer.alloc(Math.min(want, stats.size))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      const header = readHeader(bytes.subarray(0, bytesRead), stats.size)
      if (header !== "more" && "fault" in header) throw badFile(path, header.fault)
      if (header !== "more") return header
      if (want >= mostBytes || bytesRead < bytes.length) throw badFile(path, "has a header that does not end")
    }
  } finally {
    await file.close()
  }
}

const failed = (path: string, error: unknown): LlmError =>
  isLlmError(error)
    ? error
    : unreadable(path, error instanceof Error && "code" in error ? String(error.code) : String(error))

/**
 * Looks at a GGUF file before the native loader does. Fails with `ModelNotFound` when it cannot be read, `Unsupported`
 * when it is no GGUF file, is cut short or is damaged.
 */
export const checkFile = (path: string): Effect.Effect<GgufHeader, LlmError> =>
  Effect.tryPromise({ try: () => readFile(path), catch: (error) => failed(path, error) })
