import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/** Where a package stands in the layout: it decides what the package may import. */
export type Place = "core" | "base" | "plugin" | "front" | "app"

export interface Manifest {
  readonly name: string
  readonly keywords?: ReadonlyArray<string>
  readonly switchyard?: { readonly kind?: string; readonly contract?: number }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly bin?: unknown
}

export interface SourceFile {
  /** Relative to the package, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Module specifiers, in the order of the file. */
  readonly imports: ReadonlyArray<string>
}

export interface Package {
  /** Relative to the repository. */
  readonly folder: string
  readonly place: Place
  readonly manifest: Manifest
  readonly sources: ReadonlyArray<SourceFile>
  readonly tests: ReadonlyArray<SourceFile>
  readonly has: (path: string) => boolean
}

const placeOf = (folder: string): Place => {
  if (folder === "packages/core") return "core"
  if (folder === "packages/switchyard") return "front"
  if (folder.startsWith("packages/")) return "base"
  return folder.startsWith("plugins/") ? "plugin" : "app"
}

const importPattern =
  /(?:^|[;\s])(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g

/** The modules that a text imports. Comments are taken out first, so that examples in docstrings do not count. */
export const importsOf = (text: string): ReadonlyArray<string> => {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "")
  return [...code.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? "")
}

const filesUnder = (folder: string, base = ""): ReadonlyArray<string> =>
  !existsSync(folder)
    ? []
    : readdirSync(folder).flatMap((name) => {
        const path = join(folder, name)
        if (name === "node_modules" || name === "dist") return []
        return statSync(path).isDirectory() ? filesUnder(path, `${base}${name}/`) : [`${base}${name}`]
      })

const read = (root: string, folder: string): ReadonlyArray<SourceFile> =>
  filesUnder(join(root, folder))
    .filter((path) => /\.(ts|tsx|mts)$/.test(path))
    .map((path) => {
      const text = readFileSync(join(root, folder, path), "utf8")
      return { path, text, imports: importsOf(text) }
    })

/** Every published package of the repository. */
export const readPackages = (root: string): ReadonlyArray<Package> =>
  ["packages", "plugins", "apps"].flatMap((group) =>
    !existsSync(join(root, group))
      ? []
      : readdirSync(join(root, group))
          .map((name) => `${group}/${name}`)
          .filter((folder) => existsSync(join(root, folder, "package.json")))
          .map((folder) => ({
            folder,
            place: placeOf(folder),
            manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
            sources: read(root, `${folder}/src`),
            tests: read(root, `${folder}/test`),
            has: (path: string) => existsSync(join(root, folder, path)),
          })),
  )
