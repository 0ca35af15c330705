// Run as a process of its own: encodes a batch all at once and tells the most memory that it had.
import { readFile } from "node:fs/promises"
import { contestants, limits } from "./contestants.ts"

const [name = "", vendor = "", ...paths] = process.argv.slice(2)
const limit = limits.find((each) => each.vendor === vendor)
const make = contestants[name]
if (limit === undefined || make === undefined) throw new Error(`unknown: ${name}, ${vendor}`)
const encode = make(limit)
const start = performance.now()
const encoded = await Promise.all(paths.map(encode))
const ms = performance.now() - start
const bytes = encoded.reduce((sum, { length }) => sum + length, 0)
// Linux counts the parent's memory in `maxRSS` of a child; its own high-water mark stands in /proc.
const status = await readFile("/proc/self/status", "utf8").catch(() => "")
const ownPeak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
process.stdout.write(JSON.stringify({ ms, bytes, peakMB: (ownPeak * 1024) / 1e6 }))
