import { expect, test } from "vitest"
import { importsOf, type Package } from "../src/packages.ts"
import { rules } from "../src/rules.ts"

const make = (
  over: Partial<Omit<Package, "sources">> & { readonly files?: Readonly<Record<string, string>> },
): Package => ({
  folder: "plugins/thing",
  place: "plugin",
  manifest: { name: "@switchyard/thing", peerDependencies: { effect: "1", "@switchyard/core": "1" } },
  tests: [],
  has: () => true,
  ...over,
  sources: Object.entries(over.files ?? {}).map(([path, text]) => ({ path, text, imports: importsOf(text) })),
})
const core = make({ folder: "packages/core", place: "core", manifest: { name: "@switchyard/core" } })
const other = make({ manifest: { name: "@switchyard/other" } })
const run = (name: string, pkg: Package) => rules[name]?.(pkg, [pkg, core, other]) ?? []

test("imports are read from code, not from comments", () => {
  const text = `/** import { a } from "x" */\nimport type { A } from "effect/Effect"\nexport * from "./b.ts"\nawait import("c")\n// import "d"\nimport "e"`
  expect(importsOf(text)).toEqual(["effect/Effect", "./b.ts", "c", "e"])
})

test.each([
  ["a plugin that imports a plugin", { "a.ts": `import "@switchyard/other"` }],
  ["a relative import that leaves the package", { "a.ts": `import "../../core/src/x.ts"` }],
  ["another package's inside", { "a.ts": `import "@switchyard/core/internal/x"` }],
])("%s is refused", (_, files) => expect(run("imports", make({ files }))).toHaveLength(1))

test("core imports only stable root modules of effect", () => {
  const files = {
    "a.ts": `import "effect/Effect"\nimport "node:fs"\nimport "effect/ai/Tool"\nimport "effect/FileSystem"`,
  }
  expect(run("imports", { ...make({ files }), place: "core" })).toHaveLength(3)
})

test("declared equals used", () => {
  const manifest = { name: "@switchyard/thing", dependencies: { unused: "1" }, peerDependencies: { effect: "1" } }
  expect(run("dependencies", make({ manifest, files: { "a.ts": `import "left-pad"` } }))).toEqual([
    "src imports left-pad, which package.json does not declare",
    "package.json declares unused, which src does not import",
  ])
})

test.each(["console.log(1)", "setTimeout(f, 1)", "Date.now()", "Math.random()", "const a: any = 1"])(
  "libraries do not: %s",
  (text) => expect(run("habits", make({ files: { "a.ts": text } }))).toHaveLength(1),
)
