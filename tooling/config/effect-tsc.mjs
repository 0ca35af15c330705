// Type check with Effect's own rules: asks @effect/tsgo where its compiler is and runs it with the arguments given.
import { execFileSync, spawnSync } from "node:child_process"

const compiler = execFileSync("effect-tsgo", ["get-exe-path"], { encoding: "utf8" }).trim()
const { status } = spawnSync(compiler, process.argv.slice(2), { stdio: "inherit" })
process.exit(status ?? 1)
