import type { Cache, CallContext, LlmRequest, LlmResponse } from "@switchyard/core"
import { makeMemoryCache } from "@switchyard/cache-memory"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Prompt } from "./workload.ts"

export const request: LlmRequest = {
  model: "p/m",
  messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
}

/** A call as the kernel tells of it; `ms` is how long it has taken. */
export const contextOf = (id: string, ms = 0): CallContext => ({
  id,
  operation: "generate",
  contract: undefined,
  tenant: undefined,
  tags: {},
  elapsedMs: () => ms,
  remainingMs: () => 60_000,
  routes: {},
  providers: { all: [], get: () => undefined },
  catalog: { describe: () => undefined },
  decide: () => undefined,
  warn: () => undefined,
  depth: 0,
  ask: () => Effect.die("nobody is asked here"),
})

export const responseOf = ({ usd, characters }: Prompt): LlmResponse => ({
  content: [{ type: "text", text: "x".repeat(characters) }],
  finish: { unified: "stop" },
  usage: { input: { total: 100 }, output: { total: 100 }, cost: { amount: usd, currency: "USD" } },
  warnings: [],
  model: "m",
  provider: "p",
  route: { strategy: "none", reasons: [], candidates: [], attempts: [], decisions: [] },
})

/** Our cache, called as the kernel calls it. */
export const withCache = <A>(
  options: Parameters<typeof makeMemoryCache>[0],
  run: (cache: Cache, ask: (prompt: Prompt) => boolean) => A,
): A => {
  const scope = Scope.makeUnsafe()
  const { cache } = Effect.runSync(Scope.provide(makeMemoryCache(options), scope))
  let calls = 0
  const ask = (prompt: Prompt): boolean => {
    const context = contextOf(`c${++calls}`, prompt.ms)
    const hit = Effect.runSync(cache.lookup(prompt.key, request, context))
    if (hit === undefined) Effect.runSync(cache.store(prompt.key, responseOf(prompt), request, context))
    if (cache.release !== undefined) Effect.runSync(cache.release(prompt.key, context))
    return hit !== undefined
  }
  try {
    return run(cache, ask)
  } finally {
    Effect.runSync(Scope.close(scope, Exit.void))
  }
}
