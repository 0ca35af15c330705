import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Cache } from "./Cache.ts"
import { Escalation } from "./Escalation.ts"
import { Failover, noFailover } from "./Failover.ts"
import { given } from "./internal/guard.ts"
import { inOrder, Middlewares, type RegisteredMiddleware } from "./Middleware.ts"
import type { CallContext } from "./CallContext.ts"
import { ModelCatalog } from "./ModelCatalog.ts"
import { Providers, type ProvidersShape } from "./Providers.ts"
import { neverAgain, RetryPolicy } from "./RetryPolicy.ts"
import { Router, routerByName, Routes } from "./Router.ts"
import type { AttemptTrace, SettledDetail } from "./RouteTrace.ts"
import { type ActiveSpan, genAiTracer, Tracer } from "./Tracer.ts"
import { type RegisteredValidator, Validators } from "./Validator.ts"

/** The kinds of which a stack has exactly one. */
export type SingleKind = "router" | "failover" | "retry" | "escalation" | "cache" | "tracer" | "catalog" | "tokens"

/** Which plugin brought each single service, so that its failures can name it. */
export const PluginNames = Context.Reference<Partial<Record<SingleKind, string>>>("@switchyard/core/PluginNames", {
  defaultValue: () => ({}),
})

/** Somebody who is told how attempts end. */
export interface AttemptListener {
  readonly plugin: string
  readonly told: (attempt: AttemptTrace, context: CallContext, detail: SettledDetail) => Effect.Effect<void>
}

/** Every service that a call needs, looked up once when the stack is built and never per call. */
export interface Stack {
  readonly providers: ProvidersShape
  readonly router: Router
  readonly routes: Routes
  readonly failover: Failover
  readonly retry: RetryPolicy
  readonly escalation: Escalation
  readonly cache: Cache | undefined
  readonly tracer: Tracer
  readonly catalog: ModelCatalog
  readonly validators: ReadonlyMap<string, RegisteredValidator>
  readonly onRequest: ReadonlyArray<RegisteredMiddleware>
  readonly onAttempt: ReadonlyArray<RegisteredMiddleware>
  readonly onEmbed: ReadonlyArray<RegisteredMiddleware>
  readonly onResponse: ReadonlyArray<RegisteredMiddleware>
  readonly onSettled: ReadonlyArray<AttemptListener>
  readonly onEnded: ReadonlyArray<RegisteredMiddleware>
  /** Open as long as the stack stands: for what outlives a caller. */
  readonly scope: Scope.Scope
  /** Nothing but the provider can make a call wait: all else is the core's own and decides at once. */
  readonly prompt: boolean
  /** The plugin behind a service, for messages. */
  readonly nameOf: (kind: SingleKind) => string
}

const noSpan: ActiveSpan = { span: undefined, end: () => Effect.void }

/** A tracer that fails costs its span and one line in the log, never the call. */
const harmless = (tracer: Tracer): Tracer => {
  let warned = false
  if (tracer === genAiTracer) return tracer
  const lost = (cause: unknown) => {
    if (warned) return Effect.void
    warned = true
    return Effect.logWarning("the tracer failed; spans are lost", cause)
  }
  const start = (begin: () => Effect.Effect<ActiveSpan>): Effect.Effect<ActiveSpan> =>
    Effect.catchCause(Effect.map(given("the tracer", "a span", begin), guarded), (cause) =>
      Effect.as(lost(cause), noSpan),
    )
  const guarded = (active: ActiveSpan): ActiveSpan => ({
    span: active.span,
    end: (outcome) =>
      Effect.catchCause(
        Effect.suspend(() => active.end(outcome)),
        lost,
      ),
  })
  return {
    startCall: (request, context) => start(() => tracer.startCall(request, context)),
    startAttempt: (candidate, request, parent, context) =>
      start(() => tracer.startAttempt(candidate, request, parent, context)),
  }
}

export const resolveStack: Effect.Effect<Stack, never, Providers | Scope.Scope> = Effect.gen(function* () {
  const names = yield* PluginNames
  const middlewares = inOrder(yield* Middlewares)
  const router = yield* Router
  const failover = yield* Failover
  const retry = yield* RetryPolicy
  const cache = yield* Cache
  const tracer = yield* Tracer
  const nameOf = (kind: SingleKind): string => names[kind] ?? `the ${kind} service`
  const listener = (plugin: string, told: AttemptListener["told"] | undefined): ReadonlyArray<AttemptListener> =>
    told === undefined ? [] : [{ plugin, told }]
  return {
    providers: yield* Providers,
    router,
    routes: yield* Routes,
    failover,
    retry,
    escalation: yield* Escalation,
    cache,
    tracer: harmless(tracer),
    catalog: yield* ModelCatalog,
    validators: yield* Validators,
    onRequest: middlewares.filter((m) => m.middleware.request !== undefined),
    // The first stage is the outermost, so the list is applied from its end.
    onAttempt: middlewares.filter((m) => m.middleware.attempt !== undefined).toReversed(),
    onEmbed: middlewares.filter((m) => m.middleware.embed !== undefined).toReversed(),
    onResponse: middlewares.filter((m) => m.middleware.response !== undefined).toReversed(),
    onSettled: [
      ...listener(nameOf("failover"), failover.settled),
      ...listener(nameOf("retry"), retry.settled),
      ...middlewares.flatMap(({ middleware, plugin }) => listener(plugin, middleware.settled)),
    ],
    onEnded: middlewares.filter((m) => m.middleware.ended !== undefined),
    scope: yield* Effect.scope,
    prompt:
      router === routerByName &&
      failover === noFailover &&
      retry === neverAgain &&
      cache === undefined &&
      tracer === genAiTracer &&
      middlewares.length === 0,
    nameOf,
  }
})
