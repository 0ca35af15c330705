import { builtinModules } from "node:module"
import type { Package, Place, SourceFile } from "./packages.ts"

/** A rule names what is wrong with a package, a line each. */
export type Rule = (pkg: Package, all: ReadonlyArray<Package>) => ReadonlyArray<string>

/** `effect/Effect` -> `effect`, `@switchyard/core/x` -> `@switchyard/core`. */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

const isRelative = (specifier: string): boolean => specifier.startsWith(".")
const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || builtinModules.includes(specifier)

const each = (
  files: ReadonlyArray<SourceFile>,
  find: (file: SourceFile) => ReadonlyArray<string>,
): ReadonlyArray<string> => files.flatMap((file) => find(file).map((problem) => `${file.path}: ${problem}`))

/** One package, one shape. */
const shape: Rule = ({ has, place, manifest, tests }) => [
  ...["README.md", "LICENSE", "tsconfig.json", "tsconfig.build.json", "tsup.config.ts", "turbo.json"]
    .filter((path) => !has(path))
    .map((path) => `has no ${path}`),
  ...(manifest.bin === undefined && !has("src/index.ts") ? ["has no src/index.ts"] : []),
  ...(tests.some(({ path }) => path.endsWith(".test.ts")) ? [] : ["has no tests"]),
  ...(place === "plugin" ? pluginShape(has, manifest, tests) : []),
]

const pluginShape = (
  has: Package["has"],
  manifest: Package["manifest"],
  tests: Package["tests"],
): ReadonlyArray<string> => [
  ...(has("src/plugin.ts") ? [] : ["has no src/plugin.ts"]),
  ...(tests.some(({ path }) => path.startsWith("conformance")) ? [] : ["has no conformance test"]),
  ...(manifest.keywords?.includes("switchyard-plugin") === true ? [] : [`lacks the keyword "switchyard-plugin"`]),
  ...(manifest.switchyard?.kind !== undefined && manifest.switchyard.contract !== undefined
    ? []
    : [`package.json lacks "switchyard": { kind, contract }`]),
  ...["effect", "@switchyard/core"]
    .filter((name) => manifest.peerDependencies?.[name] === undefined)
    .map((name) => `must have ${name} as a peer`),
]

/** The public surface re-exports and does nothing else; nothing of the inside can be reached. */
const surface: Rule = ({ sources, manifest }) => {
  const index = sources.find(({ path }) => path === "index.ts")
  const code = index?.text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/export\s+(type\s+)?(\*( as \w+)?|\{[^}]*\})\s+from\s+"[^"]+"/g, "")
  return [
    ...(code !== undefined && code.trim() !== "" ? ["index.ts does more than re-export"] : []),
    ...(manifest.bin === undefined && manifest.exports?.["./internal/*"] !== null
      ? [`exports must shut "./internal/*"`]
      : []),
  ]
}

const unstable = [
  "ExecutionPlan",
  "LayerMap",
  "LayerRef",
  "PartitionedSemaphore",
  "FileSystem",
  "Path",
  "Terminal",
  "Arbitrary",
]

/** Which packages of ours a place may import. Others of ours are refused. */
const ours: Readonly<Record<Place, (name: string, all: ReadonlyArray<Package>) => boolean>> = {
  core: () => false,
  base: (name) => ["@switchyard/core", "@switchyard/transport", "@switchyard/files"].includes(name),
  plugin: (name, all) =>
    all.some(({ manifest, place }) => manifest.name === name && (place === "core" || place === "base")),
  front: (name) => name === "@switchyard/core" || name === "@switchyard/tools",
  app: () => true,
}

/** Who may import whom. */
const imports: Rule = (pkg, all) =>
  each(pkg.sources, ({ path, imports: specifiers }) =>
    specifiers.flatMap((specifier) => {
      if (isRelative(specifier)) {
        const depth = path.split("/").length
        return specifier.split("/").filter((step) => step === "..").length >= depth
          ? [`"${specifier}" leaves the package`]
          : []
      }
      const name = packageOf(specifier)
      if (all.some(({ manifest }) => manifest.name === name)) {
        if (name === "@switchyard/testkit" && pkg.manifest.name !== name) return [`src must not import ${name}`]
        if (specifier.includes("/internal/")) return [`"${specifier}" reaches inside another package`]
        return name === pkg.manifest.name || ours[pkg.place](name, all)
          ? []
          : [`a ${pkg.place} package must not import ${name}`]
      }
      if (pkg.place !== "core") return []
      if (name !== "effect") return [`core may import only effect, not "${specifier}"`]
      const [, module, ...deeper] = specifier.split("/")
      return module === undefined || deeper.length > 0 || /^[a-z]/.test(module) || unstable.includes(module)
        ? [`core may import only stable root modules of effect, not "${specifier}"`]
        : []
    }),
  )

/** What is imported is declared, and what is declared is imported. */
const dependencies: Rule = ({ manifest, sources, tests }) => {
  const used = (files: ReadonlyArray<SourceFile>) =>
    new Set(
      files
        .flatMap((file) => file.imports)
        .filter((specifier) => !isRelative(specifier) && !isBuiltin(specifier))
        .map(packageOf),
    )
  const bySource = used(sources)
  const byTests = used(tests)
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies }
  const inTests = new Set([...Object.keys(declared), ...Object.keys(manifest.devDependencies ?? {}), manifest.name])
  return [
    ...[...bySource]
      .filter((name) => name !== manifest.name && !(name in declared))
      .map((name) => `src imports ${name}, which package.json does not declare`),
    // A peer may be there for what we depend on, which asks for it in turn.
    ...Object.keys(manifest.dependencies ?? {})
      .filter((name) => !bySource.has(name))
      .map((name) => `package.json declares ${name}, which src does not import`),
    ...[...byTests]
      .filter((name) => !inTests.has(name))
      .map((name) => `tests import ${name}, which package.json does not declare`),
  ]
}

const maxLines = 320

/** A file is one concept. */
const length: Rule = ({ sources }) =>
  each(sources, ({ text }) => {
    const lines = text.split("\n").length
    return lines > maxLines ? [`${lines} lines: more than one concept (at most ${maxLines})`] : []
  })

const banned: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bconsole\.\w+\(/, "libraries do not print"],
  [/\bprocess\.exit\(/, "libraries do not end the process"],
  [/\bMath\.random\(\)/, "randomness comes from Random"],
  [/\bas any\b|: any\b|<any>/, "no any"],
  [/\b(TODO|FIXME|XXX)\b/, "unfinished work belongs in an issue"],
]

const names = /(^|\/)(utils?|helpers?|managers?)\.ts$/i

const realTime: typeof banned = [
  [/\bDate\.now\(\)|\bnew Date\(\)/, "time comes from Clock"],
  [/\bsetTimeout\(|\bsetInterval\(/, "waits go through Clock"],
]

/** What no library does. The testkit is a set of servers, and the transport stands below Effect: both have real timers. */
const habits: Rule = ({ sources, place, folder }) =>
  place === "app"
    ? []
    : each(sources, ({ path, text }) => {
        const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "")
        const timers = /testkit|transport/.test(folder) ? [] : realTime
        return [
          ...[...banned, ...timers].filter(([pattern]) => pattern.test(code)).map(([, why]) => why),
          ...(names.test(path) ? ["a name that says nothing"] : []),
        ]
      })

/** Structure rules, by name. */
export const rules: Readonly<Record<string, Rule>> = { shape, surface, imports, dependencies, length, habits }
