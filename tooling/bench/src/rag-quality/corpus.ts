import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import type { Document } from "@switchyard/rag"

const root = fileURLToPath(new URL("../../../../", import.meta.url))

/** Longer ones are lists of changes and data. Bytes. */
const largest = 150_000

/** A package that is installed: its description, and its documentation. */
export interface InstalledPackage {
  readonly name: string
  readonly description: string
  readonly documents: ReadonlyArray<Document>
}

const entries = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Markdown files under a folder, by path. Installed packages and what is built are no part of it. */
const markdownIn = (folder: string): ReadonlyArray<string> =>
  entries(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === "node_modules" || name === "dist" || name === "test" || name.startsWith(".")) return []
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isDirectory() === true) return markdownIn(path)
    const wanted =
      /\.(?:md|markdown)$/i.test(name) && !/^(?:license|licence|code_of_conduct|agents|claude)\b/i.test(name)
    return wanted && stat !== undefined && stat.size > 0 && stat.size <= largest ? [path] : []
  })

const titleOf = (text: string): string | undefined => /^#\s+(.+)$/m.exec(text)?.[1]?.trim()

const documentOf = (path: string, id: string): Document => {
  const text = readFileSync(path, "utf8")
  const title = titleOf(text)
  return { id, source: id, text, mediaType: "text/markdown", ...(title === undefined ? {} : { title }) }
}

/** This repository's own pages. */
export const ownDocuments = (): ReadonlyArray<Document> =>
  ["README.md", "CONTRIBUTING.md", "docs", "packages", "plugins", "apps", "examples"]
    .flatMap((name) => (name.endsWith(".md") ? [join(root, name)] : markdownIn(join(root, name))))
    .map((path) => documentOf(path, relative(root, path).replaceAll(sep, "/")))

/** Each installed package once, by name; of several versions the last in the order of their folders. */
export const installedPackages = (): ReadonlyArray<InstalledPackage> => {
  const store = join(root, "node_modules/.pnpm")
  const found = new Map<string, InstalledPackage>()
  for (const entry of entries(store)) {
    const name = entry.slice(0, Math.max(0, entry.indexOf("@", 1))).replace("+", "/")
    if (name === "" || name.startsWith("@switchyard")) continue
    const folder = join(store, entry, "node_modules", name)
    const manifest = readManifest(join(folder, "package.json"))
    if (manifest === undefined) continue
    const documents = markdownIn(folder).map((path) =>
      documentOf(path, `${name}/${relative(folder, path).replaceAll(sep, "/")}`),
    )
    found.set(name, { name, description: manifest.description, documents })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

const readManifest = (path: string): { readonly description: string } | undefined => {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"))
    const description =
      typeof manifest === "object" && manifest !== null && "description" in manifest ? manifest.description : ""
    return { description: typeof description === "string" ? description : "" }
  } catch {
    return undefined
  }
}
