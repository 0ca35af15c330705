import { LlmError, type ProvidersShape, reasonTags } from "@switchyard/core"
import type { FailoverOptions } from "../Options.ts"

/** What is wrong with an option, and which. */
interface Problem {
  readonly field: string
  readonly message: string
}

const kinds: ReadonlySet<string> = new Set(reasonTags)

/** What the schema cannot see. The first thing wrong fails the stack, with the path of the field. */
export const checkOptions = (options: FailoverOptions, providers: ProvidersShape): LlmError | undefined => {
  for (const problem of problems(options, providers)) {
    const message = `the options of @switchyard/failover are wrong: ${problem.field} ${problem.message}`
    return LlmError.make({ _tag: "InvalidRequest", field: problem.field, message }, { operation: "compose" })
  }
  return undefined
}

function* problems(options: FailoverOptions, providers: ProvidersShape): Generator<Problem> {
  yield* ofKinds("onError", Object.keys(options.onError ?? {}))
  yield* ofBreaker("breaker", options.breaker)
  for (const [pattern, own] of Object.entries(options.models ?? {})) {
    yield* ofBreaker(`models["${pattern}"].breaker`, own.breaker)
  }
  yield* ofFallbacks(options, providers)
  yield* ofKeys(options, providers)
  for (const [at, name] of (options.local ?? []).entries()) yield* ofModel(`local[${at}]`, name, providers)
  if (options.degrade !== undefined) yield* ofModel("degrade", options.degrade, providers)
  yield* ofHedge(options)
}

function* ofKinds(field: string, given: ReadonlyArray<string>): Generator<Problem> {
  for (const kind of given) {
    if (!kinds.has(kind)) {
      yield { field: `${field}.${kind}`, message: `is no kind of error; there are ${reasonTags.join(", ")}` }
    }
  }
}

function* ofBreaker(field: string, breaker: FailoverOptions["breaker"]): Generator<Problem> {
  if (breaker === undefined || breaker === false) return
  yield* ofKinds(`${field}.ignore`, breaker.ignore ?? [])
  const { openMs, openMaxMs } = breaker
  if (openMs !== undefined && openMaxMs !== undefined && openMaxMs < openMs) {
    yield { field: `${field}.openMaxMs`, message: `is ${openMaxMs} ms, less than openMs (${openMs} ms)` }
  }
}

function* ofFallbacks({ fallbacks }: FailoverOptions, providers: ProvidersShape): Generator<Problem> {
  for (const [pattern, targets] of Object.entries(fallbacks ?? {})) {
    const field = `fallbacks["${pattern}"]`
    if (targets.length === 0) yield { field, message: "names no model" }
    for (const [at, target] of targets.entries()) {
      yield* ofModel(`${field}[${at}]`, target, providers)
      if (target === pattern) yield { field: `${field}[${at}]`, message: `makes "${target}" its own fallback` }
      if (targets.indexOf(target) !== at) yield { field: `${field}[${at}]`, message: `names "${target}" again` }
    }
  }
}

function* ofKeys({ keys }: FailoverOptions, providers: ProvidersShape): Generator<Problem> {
  const seen = new Set<string>()
  for (const [vendor, ids] of Object.entries(keys ?? {})) {
    const field = `keys.${vendor}`
    if (ids.length < 2) yield { field, message: "must name at least two providers" }
    for (const [at, id] of ids.entries()) {
      if (seen.has(id)) yield { field: `${field}[${at}]`, message: `names "${id}" again` }
      seen.add(id)
      if (providers.get(id) === undefined) {
        yield { field: `${field}[${at}]`, message: `names the provider "${id}", which is not installed` }
      }
    }
  }
}

function* ofModel(field: string, name: string, providers: ProvidersShape): Generator<Problem> {
  const slash = name.indexOf("/")
  if (slash <= 0 || slash === name.length - 1) {
    yield { field, message: `must be "provider/model", and is "${name}"` }
    return
  }
  const provider = name.slice(0, slash)
  if (providers.get(provider) !== undefined) return
  const installed = providers.all.map(({ provider: { id } }) => id).join(", ") || "none"
  yield { field, message: `names the provider "${provider}", which is not installed (installed: ${installed})` }
}

function* ofHedge({ hedge }: FailoverOptions): Generator<Problem> {
  if (hedge === undefined) return
  if (hedge.delayMs === undefined && hedge.percentile === undefined) {
    yield { field: "hedge", message: "needs delayMs or percentile, or both" }
  }
  if (hedge.minimumSamples !== undefined && hedge.percentile === undefined) {
    yield { field: "hedge.minimumSamples", message: "has no meaning without percentile" }
  }
}
