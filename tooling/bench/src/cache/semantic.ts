import { type AnyPlugin, compose, definePlugin, Kernel } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { report, say } from "../report.ts"
import { responseOf } from "./ours.ts"

const answer = responseOf({ key: "", usd: 0.001, ms: 1, characters: 1200 })
const provider = definePlugin({
  manifest: { name: "stub", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      id: "p",
      models: ["m"],
      describe: () => undefined,
      generate: () => Effect.succeed(answer),
    }),
})

interface Listed extends AnyPlugin {
  readonly layer: Layer.Layer<never, unknown>
}

const verbs = "open close clean paint move repair wash store lift weigh".split(" ")
const things = "door window table chair lamp shelf drawer carpet mirror clock".split(" ")
const places = "kitchen office garage attic cellar garden hall studio barn shop".split(" ")

/** 10,000 prompts that are nearly the same. */
const prompts = verbs.flatMap((verb) =>
  things.flatMap((thing) =>
    places.flatMap((place) =>
      Array.from({ length: 10 }, (_, i) => `How do I ${verb} the ${thing} ${i} in the ${place}?`),
    ),
  ),
)

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN

/** What is asked when the 10,000 are known: paraphrases of them, and what only looks like them. */
const asked = {
  hits: prompts.filter((_, i) => i % 7 === 0).map((prompt) => prompt.replace("How do I", "What is the best way to")),
  misses: prompts.filter((_, i) => i % 9 === 0).map((prompt) => prompt.replace("How do I", "Why should I")),
}

/**
 * Whole calls over a cache by meaning that knows 10,000 prompts, with their embeddings, in ms. `cache` must hold at least
 * 13,000 answers and prompts: `semanticCache({ maxEntries: 20_000, maxPrompts: 20_000 })`.
 */
export const semantic = async (cache: Listed): Promise<void> => {
  say(`cache: calls by meaning among ${prompts.length} prompts`)
  const plugins: ReadonlyArray<Listed> = [provider(), cache]
  const runtime = ManagedRuntime.make(compose(plugins))
  const context = await runtime.context()
  const kernel = Context.get(context, Kernel)
  const call = (prompt: string) => Effect.runPromiseWith(context)(kernel.generate({ model: "p/m", prompt }))
  for (const prompt of prompts) await call(prompt)
  for (const [name, texts] of Object.entries(asked)) {
    const times: Array<number> = []
    let found = 0
    for (const text of texts) {
      const start = performance.now()
      const { cached } = await call(text)
      times.push(performance.now() - start)
      if (cached?.kind === "semantic") found++
    }
    report({ suite: "cache", name: `by meaning, ${name}: share found`, ours: found / texts.length, unit: "of 1" })
    for (const [label, q] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const)
      report({ suite: "cache", name: `by meaning, ${name}: ${label}`, ours: quantile(times, q), unit: "ms/call" })
  }
  await runtime.dispose()
}
