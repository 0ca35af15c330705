import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

/**
 * Writes a file whole or not at all: into a temporary file beside it, which is flushed to the disk and takes its place in one
 * step. Stops between two pieces when `signal` fires.
 */
export const writeWhole = async (path: string, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> => {
  const temporary = `${path}.tmp`
  try {
    // One that was left may have another mode, or lead elsewhere.
    await rm(temporary, { force: true })
    const handle = await open(temporary, "wx", 0o600)
    try {
      for (const piece of pieces) {
        signal.throwIfAborted()
        await handle.writeFile(piece)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    signal.throwIfAborted()
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw thrown
  }
  await syncFolder(dirname(path))
}

/** So that the new name survives a power cut. Not every system has folders that can be opened. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r").catch(() => undefined)
  if (folder === undefined) return
  await folder.sync().catch(() => undefined)
  await folder.close()
}
