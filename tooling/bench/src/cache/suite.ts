import { redis } from "./redis.ts"
import { replay } from "./replay.ts"
import { speed } from "./speed.ts"
import { tokens } from "./tokens.ts"

/** What caches save on a workload, what they cost, and what counting tokens costs. */
export const run = async (): Promise<void> => {
  await replay()
  await speed()
  await redis()
  await tokens()
}
