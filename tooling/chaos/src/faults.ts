import type { Fault } from "@switchyard/testkit"

/** Every way in which an answer goes wrong, with how often among the faults. `at` is uniform in [0, 1). */
const kinds: ReadonlyArray<readonly [weight: number, name: string, make: (at: number) => Fault]> = [
  [3, "429 with retry-after-ms", () => ({ error: "rate_limit_exceeded", headers: { "retry-after-ms": "20" } })],
  [2, "429", () => ({ error: "rate_limit_exceeded" })],
  [3, "500", () => ({ status: 500 })],
  [3, "503", () => ({ status: 503 })],
  [1, "529", () => ({ status: 529 })],
  [2, "reset before headers", () => ({ resetBeforeHeaders: true })],
  [1, "silent", () => ({ silent: true })],
  [1, "slow first content", (at) => ({ firstChunkDelayMs: 50 + at * 400 })],
  [3, "socket cut", (at) => ({ resetAfterChunks: Math.floor(at * 20) })],
  [3, "clean end without a finish", (at) => ({ endAfterChunks: Math.floor(at * 20) })],
  [1, "stall", (at) => ({ stallAfterChunks: Math.floor(at * 20) })],
  [2, "error inside a 200", (at) => ({ errorAfterChunks: Math.floor(at * 20) })],
  [2, "malformed chunk", (at) => ({ malformedChunkAt: Math.floor(at * 20), invalidJson: true })],
  [1, "missing finish", () => ({ missingFinish: true })],
  [1, "empty stream", () => ({ emptyStream: true })],
  [1, "empty body", () => ({ emptyBody: true })],
  [1, "a page of HTML", () => ({ html: true })],
]

const total = kinds.reduce((sum, [weight]) => sum + weight, 0)

/** A fault, chosen by `pick`, uniform in [0, 1). */
export const faultOf = (pick: number, at: number): { readonly name: string; readonly fault: Fault } => {
  let left = pick * total
  for (const [weight, name, make] of kinds) {
    left -= weight
    if (left < 0) return { name, fault: make(at) }
  }
  return { name: "500", fault: { status: 500 } }
}
