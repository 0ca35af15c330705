import { definePlugin, Notices } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Incidents } from "./Incidents.ts"
import { connect } from "./IncidentsHandle.ts"
import { makeEngine } from "./internal/makeEngine.ts"
import { middlewareOf } from "./internal/middleware.ts"
import { incidentsOf } from "./makeIncidents.ts"
import { IncidentsOptions, type Options } from "./Options.ts"

const made = (options: Options) =>
  Effect.gen(function* () {
    const engine = yield* makeEngine(options)
    const service = incidentsOf(engine)
    const { handle } = options
    if (handle !== undefined) {
      connect(handle, service)
      yield* Effect.addFinalizer(() => Effect.sync(() => connect(handle, undefined)))
    }
    const stop = (yield* Notices).listen((notice) => {
      const slash = notice.model.indexOf("/")
      // What a person forced open is no incident.
      if (notice.kind !== "breaker" || notice.to !== "open" || slash < 0) return
      engine.ledger.breakerOpen(notice.model.slice(0, slash), notice.model.slice(slash + 1), engine.now())
    })
    yield* Effect.addFinalizer(() => Effect.sync(stop))
    return { service, middleware: middlewareOf(engine, options.promptChars ?? 0) }
  })

/**
 * Counts every failure, and opens an incident on a pattern. Its layer brings `Incidents` too. Wrong options fail the stack
 * with `InvalidRequest` and the path of the field; a store or a webhook that is down is warned of and stops no call.
 */
export const incidents = definePlugin({
  manifest: { name: "@switchyard/incidents", kind: "middleware", contract: 1, permissions: ["filesystem", "network"] },
  options: IncidentsOptions,
  layer: (options, key) =>
    Layer.unwrap(
      Effect.map(made(options), ({ service, middleware }) =>
        Layer.mergeAll(Layer.succeed(key, middleware), Layer.succeed(Incidents, service)),
      ),
    ),
})
