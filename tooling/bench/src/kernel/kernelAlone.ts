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

/** Answers one turn of the event loop later, like a call that does no work. */
const stub: Provider = {
  id: "stub",
  models: ["one"],
  describe: () => undefined,
  generate: () => Effect.promise(async () => answer),
}

/** What the kernel itself costs: the whole default path over a provider that does nothing. */
export const kernelAlone = async (suite: string): Promise<void> => {
  const runtime = ManagedRuntime.make(Kernel.layer.pipe(Layer.provide(Providers.layer(stub))))
  const context = await runtime.context()
  const kernel = Context.get(context, Kernel)
  const run = Effect.runPromiseWith(context)
  const call = () => run(kernel.generate({ model: "stub/one", prompt: "hi" }))
  for (const concurrency of [1, 64]) {
    const costs = await compare([{ name: "kernel", call }], { calls: 100_000, rounds: 5, concurrency, warmUp: 20_000 })
    report({
      suite,
      name: `kernel alone c=${concurrency} cpu`,
      ours: costs.get("kernel")?.cpuUs ?? Number.NaN,
      unit: "us/call",
    })
  }
  await runtime.dispose()
}
