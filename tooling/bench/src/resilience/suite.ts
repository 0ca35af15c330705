import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { compose, definePlugin, Kernel, type KernelShape, type Provider } from "@switchyard/core"
import { type BreakerSettings, CircuitBreaker, failover } from "@switchyard/failover"
import { stagedRetry } from "@switchyard/retry-staged"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { load } from "../field.ts"
import { compare, type Contestant } from "../measure.ts"
import { report, say } from "../report.ts"

const suite = "resilience"

const answer = {
  content: [{ type: "text", text: "hello" }],
  finish: { unified: "stop" },
  usage: { input: { total: 10 }, output: { total: 5 } },
  warnings: [],
  model: "one",
} as const

/** Answers one turn of the event loop later, as a call does that costs nothing. */
const stub: Provider = {
  id: "stub",
  models: ["one", "two"],
  describe: () => undefined,
  generate: () => Effect.promise(() => new Promise<typeof answer>((resolve) => setImmediate(resolve, answer))),
}

const stubPlugin = definePlugin({
  manifest: { name: "stub", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) => Layer.succeed(key, stub),
})

const request = { model: "auto", prompt: "hi" }
const routes = { auto: ["stub/one", "stub/two"] }
const timeouts = { total: 60_000 }

/** The success path: what retry, failover, breaker and timeout add to a call that does not need them. */
export const run = async (): Promise<void> => {
  say("resilience: the success path over a provider that answers at once, medians of 5 rounds in turns")
  const bare = ManagedRuntime.make(compose([stubPlugin()], { routes }))
  const guarded = ManagedRuntime.make(compose([stubPlugin(), stagedRetry(), failover({ timeouts })], { routes }))
  const asking = async (runtime: ManagedRuntime.ManagedRuntime<Kernel, unknown>): Promise<() => Promise<unknown>> => {
    const context = await runtime.context()
    const kernel: KernelShape = Context.get(context, Kernel)
    const run = Effect.runPromiseWith(context)
    return () => run(kernel.generate(request))
  }
  const call = await asking(bare)
  const policy = await cockatiel()
  const contestants: ReadonlyArray<Contestant> = [
    { name: "bare", call },
    { name: "switchyard", call: await asking(guarded) },
    { name: "cockatiel", call: () => policy(call) },
  ]
  for (const concurrency of [1, 64]) {
    const costs = await compare(contestants, { calls: 60_000, rounds: 5, concurrency, warmUp: 15_000 })
    const added = (name: string): number => (costs.get(name)?.cpuUs ?? Number.NaN) - (costs.get("bare")?.cpuUs ?? 0)
    report({
      suite,
      name: `retry + failover + breaker + timeout, added, c=${concurrency} cpu`,
      ours: added("switchyard"),
      peer: "cockatiel",
      peer_value: added("cockatiel"),
      unit: "us/call",
    })
  }
  await bare.dispose()
  await guarded.dispose()
  breakers()
}

/** The same policies: retry with backoff, a breaker on a window of 20 calls, a timeout. */
const cockatiel = async (): Promise<(call: () => Promise<unknown>) => Promise<unknown>> => {
  const library = await load("cockatiel")
  const { circuitBreaker, CountBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap } = library
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new CountBreaker({ threshold: 0.5, size: 20, minimumNumberOfCalls: 10 }),
    }),
    timeout(timeouts.total, TimeoutStrategy.Cooperative),
  )
  return (call) => policy.execute(call)
}

const settings: BreakerSettings = {
  window: { type: "count", size: 20 },
  minimumCalls: 10,
  failureRate: 0.5,
  slowRate: 1,
  openMs: 10_000,
  openFactor: 2,
  openMaxMs: 300_000,
  jitter: 0.1,
  halfOpenCalls: 1,
  leaseMs: 60_000,
  rampMs: 20_000,
  rampFrom: 0.25,
}

/** What a thousand breakers in use take, in MB of heap. */
const breakers = (): void => {
  const world = { now: () => performance.now(), random: () => 0.5 }
  // Only here, when nothing is measured any more that compiled code matters to.
  setFlagsFromString("--expose-gc")
  const collect: () => void = runInNewContext("gc")
  for (let i = 0; i < 3; i++) collect()
  const before = process.memoryUsage().heapUsed
  const all = Array.from({ length: 1000 }, () => new CircuitBreaker(settings, world))
  for (const breaker of all) for (let i = 0; i < 25; i++) breaker.record(breaker.acquire(), false, false)
  collect()
  const bytes = process.memoryUsage().heapUsed - before
  report({ suite, name: `${all.length} breakers in use`, ours: bytes / 1e6, unit: "MB" })
}
