import { chmodSync, existsSync } from "node:fs"

/** What SQLite waits for a lock, in ms: of two that begin at once, one then gets it. */
const patience = 100

/**
 * Keeps a file to one holder by a lock file beside it, which stays there, empty: deleted, it could be locked by one while
 * another makes it anew. The lock is the system's own, by SQLite: it is gone with its process or thread, however that ends.
 * Gives what lets it go; `undefined` where another process, thread or part of this program holds it. Throws an `Error`
 * where there can be no lock file, or something else is in its place.
 */
export const lockFile = async (path: string): Promise<(() => void) | undefined> => {
  const { DatabaseSync } = await import("node:sqlite")
  const fresh = !existsSync(path)
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    const opened = (database = new DatabaseSync(path, { timeout: patience }))
    if (fresh) chmodSync(path, 0o600)
    // In memory: nothing is written beside it.
    opened.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return () => opened.close()
  } catch (thrown) {
    database?.close()
    const said = thrown instanceof Error ? thrown.message : String(thrown)
    if (/locked/.test(said)) return undefined
    throw new Error(
      /not a database/.test(said)
        ? `${path} is no lock that is in use now, or one of an older version that was killed: delete it, if no program uses what it guards`
        : `the lock ${path} cannot be made: ${said}`,
      { cause: thrown },
    )
  }
}
