import { closeSync, existsSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import type * as Sqlite from "node:sqlite"
import { pathToFileURL } from "node:url"
import { getLoadablePath } from "sqlite-vec"
import { makeFolder } from "@switchyard/files"
import { Connection } from "./Connection.ts"
import { isShut } from "./failure.ts"
import { checkFile, prepareFile } from "./schema.ts"
import { distance } from "./values.ts"

export const memory = ":memory:"

/** How long SQLite itself waits for a lock, in ms: nothing else of the program runs meanwhile. */
const blockingMs = 20

export type Arithmetic = "sqlite-vec" | "plain"

export interface OpenFile {
  /** `undefined`: the file may only be read. */
  readonly writer: Connection | undefined
  /** Sees what is committed, while the writer writes. In memory it is the writer. */
  readonly reader: Connection
  readonly arithmetic: Arithmetic
  /** Throws when what was read may be of no single state of the file. */
  readonly check: () => void
}

/**
 * Opens a file for this store, and makes it where it lacks. One that may not be written to is opened for reading. One that
 * is something else is left as it is.
 */
export const openFile = (sqlite: typeof Sqlite, file: string, arithmetic: "fastest" | "plain"): OpenFile => {
  try {
    return openForWriting(sqlite, file, arithmetic)
  } catch (thrown) {
    if (!isShut(thrown) || file === memory || !existsSync(file)) throw thrown
    return openForReading(sqlite, file, arithmetic)
  }
}

const openForWriting = (sqlite: typeof Sqlite, file: string, arithmetic: "fastest" | "plain"): OpenFile => {
  if (file !== memory) makeFile(file)
  const open = (allowExtension: boolean): DatabaseSync =>
    new sqlite.DatabaseSync(file, { timeout: blockingMs, allowExtension })
  const first = open(file === memory)
  const writer = new Connection(file, first)
  try {
    prepareFile(writer)
    const second = file === memory ? first : open(true)
    const reader = second === first ? writer : new Connection(file, second)
    reader.exec(readerSettings)
    return { writer, reader, arithmetic: withDistance(second, arithmetic), check: () => undefined }
  } catch (thrown) {
    writer.close()
    throw thrown
  }
}

const readerSettings = "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY"

/**
 * SQLite needs files beside this one to see what others write. Where there are none and none can be made, it is told that the
 * file never changes (https://sqlite.org/wal.html#read_only_databases), and each reading makes sure that it has not.
 */
const openForReading = (sqlite: typeof Sqlite, file: string, arithmetic: "fastest" | "plain"): OpenFile => {
  const open = (place: string | URL): OpenFile => {
    const database = new sqlite.DatabaseSync(place, { readOnly: true, timeout: blockingMs, allowExtension: true })
    const reader = new Connection(file, database)
    try {
      checkFile(reader)
      reader.exec(readerSettings)
      return { writer: undefined, reader, arithmetic: withDistance(database, arithmetic), check: () => undefined }
    } catch (thrown) {
      reader.close()
      throw thrown
    }
  }
  try {
    return open(file)
  } catch (thrown) {
    if (!isShut(thrown) || existsSync(`${file}-wal`)) throw thrown
  }
  const before = stateOf(file)
  const still = pathToFileURL(file)
  still.searchParams.set("immutable", "1")
  const check = (): void => {
    if (stateOf(file) !== before) throw new Error("another program has written to it: open the store again")
  }
  return { ...open(still), check }
}

const stateOf = (file: string): string => {
  const { ino, size, mtimeNs } = statSync(file, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}

/**
 * The folder is made where it lacks. A new file, and those that SQLite puts beside it, are its owner's only. One that is
 * there is not touched: closing it would free the locks that this process has on it.
 */
const makeFile = (file: string): void => {
  makeFolder(dirname(file))
  try {
    closeSync(openSync(file, "wx", 0o600))
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown
  }
}

/** Teaches a connection `vec_distance_cosine`: sqlite-vec's where it can be loaded, else one in JavaScript. */
const withDistance = (database: DatabaseSync, arithmetic: "fastest" | "plain"): Arithmetic => {
  try {
    if (arithmetic === "fastest") {
      database.loadExtension(getLoadablePath())
      return "sqlite-vec"
    }
  } catch {
    // There is no build for this system, or it may not be loaded: slower, and the same to the last digits.
  } finally {
    database.enableLoadExtension(false)
  }
  database.function("vec_distance_cosine", { deterministic: true, directOnly: true }, distance)
  return "plain"
}
