import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallContext, Routable } from "./CallContext.ts"
import { nearest } from "./Nearest.ts"
import { LlmError } from "./LlmError.ts"
import type { Candidate } from "./RouteTrace.ts"

/** Where a call could go, best first, and why. */
export interface Route {
  readonly candidates: readonly [Candidate, ...ReadonlyArray<Candidate>]
  readonly strategy: string
  readonly reasons: ReadonlyArray<string>
}

/** Decides where a call could go: once per call, before any I/O to a provider. */
export interface Router {
  readonly route: (request: Routable, context: CallContext) => Effect.Effect<Route, LlmError>
}

/** Aliases: a name to one model or to several in order. `auto` may be one of the names. */
export type Routes = Readonly<Record<string, string | ReadonlyArray<string>>>

export const Routes = Context.Reference<Routes>("@switchyard/core/Routes", { defaultValue: () => ({}) })

const noRoute = (message: string): LlmError => LlmError.make({ _tag: "NoRoute", message })

const listed = (context: CallContext): ReadonlyArray<string> =>
  context.providers.all.flatMap(({ provider }) => provider.models.map((model) => `${provider.id}/${model}`))

const installed = (context: CallContext): string =>
  context.providers.all.map(({ provider }) => provider.id).join(", ") || "none"

const notFound = (model: string, context: CallContext): LlmError => {
  const names = listed(context)
  const bare = nearest(
    model,
    names.map((name) => name.slice(name.indexOf("/") + 1)),
  )
  const close = nearest(model, names) ?? names.find((name) => name.slice(name.indexOf("/") + 1) === bare)
  const hint = close === undefined ? "" : ` Did you mean "${close}"?`
  const slash = model.indexOf("/")
  const what =
    slash > 0
      ? `no provider "${model.slice(0, slash)}" is installed for model "${model}"`
      : `no provider lists a model "${model}"`
  return noRoute(`${what} (installed providers: ${installed(context)}).${hint}`)
}

/** `provider/model`; or a model that exactly one provider lists. */
const resolve = (model: string, reason: string, context: CallContext): Candidate | LlmError => {
  const slash = model.indexOf("/")
  if (slash > 0 && context.providers.get(model.slice(0, slash)) !== undefined) {
    if (slash === model.length - 1) return noRoute(`"${model}" names a provider and no model`)
    return { provider: model.slice(0, slash), model: model.slice(slash + 1), reason }
  }
  const owners = context.providers.all.filter(({ provider }) => provider.models.includes(model))
  const [owner] = owners
  if (owner === undefined) return notFound(model, context)
  if (owners.length === 1)
    return { provider: owner.provider.id, model, reason: `only ${owner.provider.id} lists "${model}"` }
  return noRoute(`"${model}" is listed by ${owners.map((o) => o.provider.id).join(" and ")}: write provider/model`)
}

const auto = (context: CallContext): Candidate | LlmError => {
  const able = context.providers.all.filter(
    ({ provider: { models, generate, stream } }) => models.length > 0 && (generate ?? stream) !== undefined,
  )
  const [only] = able
  const model = only?.provider.models[0]
  if (able.length === 1 && only !== undefined && model !== undefined) {
    return { provider: only.provider.id, model, reason: `${only.provider.id} is the only provider` }
  }
  return noRoute(`"auto" needs a router plugin or a route named "auto" (installed providers: ${installed(context)})`)
}

/** The candidates that `provider/model`, an alias or `auto` names. */
export const routeByName = (request: Routable, context: CallContext): Route | LlmError => {
  const { routes } = context
  const alias = Object.hasOwn(routes, request.model) ? routes[request.model] : undefined
  const names = alias === undefined ? [request.model] : typeof alias === "string" ? [alias] : alias
  const candidates: Array<Candidate> = []
  for (const name of names) {
    const reason = alias === undefined ? "named by the request" : `route "${request.model}"`
    const found = name === "auto" && alias === undefined ? auto(context) : resolve(name, reason, context)
    if (found instanceof LlmError) return found
    candidates.push(found)
  }
  const [first, ...rest] = candidates
  if (first === undefined) return noRoute(`route "${request.model}" has no models`)
  return {
    candidates: [first, ...rest],
    strategy: alias === undefined ? "by-name" : "alias",
    reasons: [first.reason ?? ""],
  }
}

/** The default: decided by name alone. */
export const routerByName: Router = {
  route: (request, context) => {
    const route = routeByName(request, context)
    return route instanceof LlmError ? Effect.fail(route) : Effect.succeed(route)
  },
}

/** Default: `provider/model`, an alias of `Routes`, or `auto` where only one provider is installed. */
export const Router = Context.Reference<Router>("@switchyard/core/Router", { defaultValue: () => routerByName })
