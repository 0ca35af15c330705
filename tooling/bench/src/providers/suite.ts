import { type Field, measureCalls, measureStream, streams } from "../field.ts"
import { say } from "../report.ts"
import { startUpstream } from "../upstream/start.ts"
import { measureBridges } from "./bridges.ts"
import { anthropicField, openaiField } from "./vendors.ts"

const suite = "providers"

/** Each provider against the bare official client over real HTTP, then the bridges against what they bridge. */
export const run = async (): Promise<void> => {
  const upstream = await startUpstream()
  try {
    for (const [label, make] of [
      ["openai ", openaiField],
      ["anthropic ", anthropicField],
    ] as const) {
      const field = await make(upstream.origin)
      say(`providers: ${label.trim()}, calls and whole streams, medians of 5 rounds in turns`)
      await measure(label, field)
      await field.close()
    }
  } finally {
    upstream.stop()
  }
  await measureBridges(suite)
}

const measure = async (label: string, field: Field): Promise<void> => {
  for (const concurrency of [1, 64]) await measureCalls(suite, label, field, concurrency)
  for (const stream of streams) await measureStream(suite, label, field, stream)
}
