import type { BigIntStats, Dirent } from "node:fs"
import { lstat, readdir } from "node:fs/promises"
import { codeOf } from "./read/readStable.ts"

/** Something in a folder that is no folder. */
export interface Found {
  /** From the root, with `/`. */
  readonly path: string
  /** Undefined: there is nothing to read, and `why` says so. */
  readonly stats: BigIntStats | undefined
  readonly why?: string
  /** It is so now, and not for what it is. */
  readonly transient?: true
}

export interface WalkOptions<Scope> {
  readonly root: Scope
  /** What holds in a folder, by what holds in the one above. `path` is `""` or ends in `/`. */
  readonly enter: (path: string, names: ReadonlyArray<string>, above: Scope) => Promise<Scope>
  /** Folders end in `/`. */
  readonly keeps: (path: string, scope: Scope) => boolean
}

/**
 * The files of a folder and the folders in it, in the order of their names. Links are not followed, so that nothing outside
 * is reached, nothing comes twice and no circle is walked. A folder that cannot be read is thrown: what is in it would be
 * taken for deleted.
 */
export async function* walkFiles<Scope>(folder: string, options: WalkOptions<Scope>): AsyncGenerator<Found> {
  const waiting = [{ path: "", above: options.root }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, above } = next
    const entries = await entriesOf(folder, path)
    const names = entries.map(({ name }) => name)
    if (names.includes("PG_VERSION")) {
      yield { path: `${path}PG_VERSION`, stats: undefined, why: "its folder is a database of Postgres: it is not read" }
      continue
    }
    const scope = await options.enter(path, names, above)
    const folders: Array<{ path: string; above: Scope }> = []
    for (const entry of entries) {
      const inside = `${path}${entry.name}`
      if (!options.keeps(entry.isDirectory() ? `${inside}/` : inside, scope)) continue
      if (entry.isDirectory()) folders.push({ path: `${inside}/`, above: scope })
      else {
        const found = await look(folder, inside, entry)
        if (found !== undefined) yield found
      }
    }
    waiting.push(...folders.reverse())
  }
}

const entriesOf = async (folder: string, path: string): Promise<ReadonlyArray<Dirent>> => {
  try {
    const entries = await readdir(`${folder}/${path}`, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (path !== "" && ["ENOENT", "ENOTDIR"].includes(codeOf(error))) return []
    throw new UnreadableFolder(path, codeOf(error))
  }
}

/** A folder that cannot be read. `path` is `""` or ends in `/`. */
export class UnreadableFolder extends Error {
  readonly path: string
  readonly code: string

  constructor(path: string, code: string) {
    super(`${path}: ${code}`)
    this.path = path
    this.code = code
  }
}

/** Undefined: it is gone. */
const look = async (folder: string, path: string, entry: Dirent): Promise<Found | undefined> => {
  const nothing = (why: string): Found => ({ path, stats: undefined, why })
  if (entry.isSymbolicLink()) return nothing("a link: links are not followed, what they lead to is indexed where it is")
  try {
    const stats = await lstat(`${folder}/${path}`, { bigint: true })
    return stats.isFile() ? { path, stats } : nothing("neither a file nor a folder")
  } catch (error) {
    const code = codeOf(error)
    if (code === "ENOENT") return path.includes("\ufffd") ? nothing("its name is not UTF-8: rename it") : undefined
    return { ...nothing(`it cannot be looked at (${code})`), transient: true }
  }
}
