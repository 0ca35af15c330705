import { semanticCache } from "@switchyard/cache-semantic"
import { redis } from "./redis.ts"
import { replay } from "./replay.ts"
import { semantic } from "./semantic.ts"
import { speed } from "./speed.ts"
import { tokens } from "./tokens.ts"

/** What caches save on a workload, what they cost, and what counting tokens costs. */
export const run = async (): Promise<void> => {
  await replay()
  await speed()
  await redis()
  await semantic(semanticCache({ maxEntries: 20_000, maxPrompts: 20_000 }))
  await tokens()
}
