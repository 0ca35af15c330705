// A program, or a thread of one, that does what it is told: tries a lock, lets it go. It says "ready", then what came of each.
import { createInterface } from "node:readline"
import { lockFile } from "../src/index.ts"

let release: (() => void) | undefined
const told = async (line: string): Promise<string> => {
  if (line === "release") {
    release?.()
    return "released"
  }
  release = await lockFile(line)
  return release === undefined ? "held" : "got"
}
console.log("ready")
for await (const line of createInterface({ input: process.stdin })) console.log(await told(line))
