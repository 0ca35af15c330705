/** Prints the bytes of a thousand breakers that were all used. Run with --expose-gc. */
import { CircuitBreaker, defaultBreaker } from "../src/index.ts"

const collected = (): number => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const world = { now: () => 1, random: () => 0.5 }
const windows = [defaultBreaker.window, { type: "time", ms: 60_000 }] as const
const bytes = windows.map((window) => {
  const before = collected()
  const breakers = Array.from({ length: 1000 }, () => {
    const breaker = new CircuitBreaker({ ...defaultBreaker, window }, world)
    for (let call = 0; call < 25; call++) breaker.record(breaker.acquire(), call % 5 === 0, false)
    return breaker
  })
  const after = collected()
  return breakers.every(({ state }) => state === "closed") ? after - before : Number.NaN
})
console.log(JSON.stringify(bytes))
