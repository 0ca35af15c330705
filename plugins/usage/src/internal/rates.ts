import type { Price, Usage } from "@switchyard/core"

/** By the rates of `ModelInfo`, in USD per million tokens; `undefined` where a rate or a count is not known. */
export const usdByRates = (price: Price | undefined, { input, output }: Usage): number | undefined => {
  if (price === undefined) return undefined
  const { cacheRead = 0, cacheWrite = 0 } = input
  const uncached = input.uncached ?? (input.total === undefined ? undefined : input.total - cacheRead - cacheWrite)
  const parts: ReadonlyArray<readonly [tokens: number | undefined, rate: number | undefined]> = [
    [uncached, price.input],
    [cacheRead, price.cacheRead],
    [cacheWrite, price.cacheWrite],
    [output.total, price.output],
  ]
  let sum = 0
  for (const [tokens, rate] of parts) {
    if (tokens === 0) continue
    if (tokens === undefined || rate === undefined) return undefined
    sum += tokens * rate
  }
  return sum / 1e6
}
