import { existsSync, realpathSync, statSync } from "node:fs"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import type { DocumentSource } from "@switchyard/rag"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { isServer } from "./place.ts"

/** What can be indexed, by the name that `--source` has for it. */
export const sources = ["folder", "repository", "openapi", "jsonl", "json", "conversation"] as const
type Kind = (typeof sources)[number]

const isKind = (name: string): name is Kind => sources.some((kind) => kind === name)

export interface SourceFlags {
  readonly path: string
  /** The store that it goes into, as it was given. */
  readonly store: string
  /** Names the source in the index. */
  readonly id: string | undefined
  readonly kind: string | undefined
  /** Larger files are skipped. */
  readonly maxBytes: number | undefined
  readonly include: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
}

/** The source that a path is, by what stands there; and the name that an index of it gets. */
export const sourceAt = async (flags: SourceFlags) => {
  const { path, kind, include, exclude } = flags
  const found = stat(path)
  const as = kind ?? kindOf(path, found.isDirectory())
  if (!isKind(as)) throw new UsageError(`--source ${as}: write ${sources.join(", ")}`)
  if (!found.isDirectory() && include.length + exclude.length > 0)
    throw new UsageError("--include and --exclude are for folders and repositories")
  const library = await extension("@switchyard/rag-retrieval", () => import("@switchyard/rag-retrieval"))
  const id = flags.id ?? idOf(flags)
  const file = { id, ...(flags.maxBytes === undefined ? {} : { maxBytes: flags.maxBytes }) }
  const folder = {
    ...file,
    exclude: [".switchyard", ...storeFiles(flags), ...exclude],
    ...(include.length === 0 ? {} : { include }),
  }
  const near = relative(process.cwd(), resolve(path)) || "."
  const shown = near.startsWith("..") ? path : near
  const make = (): DocumentSource => {
    switch (as) {
      case "folder":
        return found.isDirectory() ? library.folderSource(shown, folder) : library.fileSource(shown, file)
      case "repository":
        return library.repositorySource(shown, folder)
      case "openapi":
        return library.openApiSource(shown, file)
      case "jsonl":
        return library.jsonlSource(shown, file)
      case "json":
        return library.knowledgeSource(shown, file)
      case "conversation":
        return library.conversationSource(shown, file)
    }
  }
  return { source: make(), name: basename(resolve(path)) }
}

/** The store's own files where they lie in the folder: reading them would let go of the locks on them. */
const storeFiles = ({ path, store }: SourceFlags): ReadonlyArray<string> => {
  if (isServer(store)) return []
  const inside = relative(real(path), join(real(dirname(store)), basename(store)))
  if (inside.startsWith("..") || isAbsolute(inside)) return []
  const name = `/${(sep === "/" ? inside : inside.replaceAll(sep, "/")).replace(/[\\*?[\]! #]/g, "\\$&")}`
  return [name, `${name}-*`, `${name}.*`]
}

const real = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path))

/**
 * A store in a file moves with what stands beside it, so there a source is known by its path from the store; on a server by
 * its whole path.
 */
const idOf = ({ path, store }: SourceFlags): string => {
  const whole = resolve(path)
  const folder = dirname(resolve(store))
  const beside = basename(folder) === ".switchyard" ? dirname(folder) : folder
  const id = isServer(store) ? whole : relative(beside, whole) || "."
  return sep === "/" ? id : id.replaceAll(sep, "/")
}

const stat = (path: string) => {
  try {
    return statSync(path)
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot index ${path}: ${code === "ENOENT" ? "there is no such file or folder" : code}`)
  }
}

const kindOf = (path: string, folder: boolean): Kind => {
  if (folder) return existsSync(join(path, ".git")) ? "repository" : "folder"
  return /\.(?:jsonl|ndjson)$/i.test(path) ? "jsonl" : "folder"
}
