// Holds the repository to its structure rules (DESIGN: one package, one shape; who may import whom). Exit code 1 when one is broken.
import { fileURLToPath } from "node:url"
import { readPackages } from "./packages.ts"
import { rules } from "./rules.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const packages = readPackages(root)
let broken = 0
for (const pkg of packages) {
  for (const [name, rule] of Object.entries(rules)) {
    for (const problem of rule(pkg, packages)) {
      broken++
      process.stdout.write(`${pkg.folder}  ${name}  ${problem}\n`)
    }
  }
}
process.stdout.write(`conventions: ${packages.length} packages, ${Object.keys(rules).length} rules, ${broken} broken\n`)
process.exitCode = broken === 0 ? 0 : 1
