import * as Effect from "effect/Effect"
import type { CallContext, Routable } from "../CallContext.ts"
import type { LlmError } from "../LlmError.ts"
import type { Route } from "../Router.ts"
import type { Stack } from "../Stack.ts"
import { given, pluginFailure } from "./guard.ts"

/** Where the router sends a request. A route without candidates is the router's mistake. */
export const routeOf = (stack: Stack, request: Routable, call: CallContext): Effect.Effect<Route, LlmError> => {
  const plugin = stack.nameOf("router")
  const route = given(plugin, "a route", () => stack.router.route(request, call))
  return Effect.filterOrFail(
    route,
    ({ candidates }) => Array.isArray(candidates) && candidates.length > 0,
    () => pluginFailure(plugin, new TypeError("its route has no candidates")),
  )
}
