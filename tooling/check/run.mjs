// Everything that is checked besides the tests: types (with Effect's rules), lint, format, boundaries, conventions.
// All of them run, so that one run shows all faults. Its tools are heavy and have an install of their own.
import { execFileSync, spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "..", "..")
const tool = (name) => join(here, "node_modules", ".bin", name)
const compiler = execFileSync(tool("effect-tsgo"), ["get-exe-path"], { encoding: "utf8" }).trim()

const steps = {
  types: [compiler, "-p", "tsconfig.json"],
  lint: [tool("oxlint"), "--deny-warnings"],
  format: [tool("oxfmt"), "--check"],
  boundaries: ["pnpm", "exec", "turbo", "boundaries"],
  conventions: ["node", join("tooling", "conventions", "src", "main.ts")],
}

const [command, ...given] = process.argv.slice(2)
if (command === "format") {
  process.exitCode = spawnSync(tool("oxfmt"), given, { cwd: root, stdio: "inherit" }).status ?? 1
} else {
  const failed = Object.entries(steps).filter(([name, [file, ...args]]) => {
    process.stdout.write(`check: ${name}\n`)
    return spawnSync(file, args, { cwd: root, stdio: "inherit" }).status !== 0
  })
  process.stdout.write(
    failed.length === 0 ? "check: all good\n" : `check: ${failed.map(([name]) => name).join(", ")} failed\n`,
  )
  process.exitCode = failed.length === 0 ? 0 : 1
}
