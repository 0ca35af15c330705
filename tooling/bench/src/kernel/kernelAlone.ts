import { Kernel, type Provider, Providers } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { compare } from "../measure.ts"
import { report } from "../report.ts"

const answer = {
  content: [{ type: "text", text: "hello" }],
  finish: { unified: "stop" },
  usage: { input: { total: 10 }, output: { total: 5 } },
  warnings: [],
  model: "one",
} as const

/** Answers one turn of the event loop later, as a call does that costs nothing. */
const stub = {
  id: "stub",
  models: ["one"],
  describe: () => undefined,
  generate: () => Effect.promise(() => new Promise<typeof answer>((resolve) => setImmediate(resolve, answer))),
} satisfies Provider

/** What the kernel itself costs: the whole default path over a provider that does nothing, less that provider. */
export const kernelAlone = async (suite: string): Promise<void> => {
  const runtime = ManagedRuntime.make(Kernel.layer.pipe(Layer.provide(Providers.layer(stub))))
  const context = await runtime.context()
  const kernel = Context.get(context, Kernel)
  const run = Effect.runPromiseWith(context)
  const contestants = [
    { name: "kernel", call: () => run(kernel.generate({ model: "stub/one", prompt: "hi" })) },
    { name: "bare", call: () => run(stub.generate()) },
  ]
  for (const concurrency of [1, 64]) {
    const costs = await compare(contestants, { calls: 100_000, rounds: 5, concurrency, warmUp: 20_000 })
    const [ours = Number.NaN, bare = Number.NaN] = ["kernel", "bare"].map((name) => costs.get(name)?.cpuUs)
    report({ suite, name: `kernel alone c=${concurrency} cpu`, ours: ours - bare, unit: "us/call" })
  }
  await runtime.dispose()
}
