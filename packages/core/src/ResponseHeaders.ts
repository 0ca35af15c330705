import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What a provider's answer says beside its body: its limits, the request's id, how long to wait. Names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string>>

/** Hears the headers of an answer as soon as it begins. Must not throw. */
export type HeadersListener = (headers: ResponseHeaders) => void

const nobody: HeadersListener = () => undefined

/** Who hears the headers of the answers that come within. Default: nobody. */
const Listener = Context.Reference<HeadersListener>("@switchyard/core/HeadersListener", { defaultValue: () => nobody })

/** All that is handed on: never cookies, keys, or the name of an account. */
const allowed = /^(x-ratelimit-|anthropic-ratelimit-|ratelimit(-|$)|retry-after(-ms)?$|(x-)?request-id$)/

/** In UTF-16 units: what is longer is no count, time or id. */
const longest = 256

const handedOn = (headers: Iterable<readonly [name: string, value: string]>): ResponseHeaders => {
  const found: Record<string, string> = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (value.length <= longest && allowed.test(name)) found[name] = value
  }
  return found
}

export type TellHeaders = (headers: Iterable<readonly [name: string, value: string]>) => void

/** For providers: how to tell the headers of an answer, also of one that refuses. Only those that matter are handed on. */
export const tellHeaders: Effect.Effect<TellHeaders> = Effect.map(Listener, (listener) => (headers) => {
  if (listener !== nobody) listener(handedOn(headers))
})

/** Runs an effect with one more who hears the headers of the answers within. */
export const hearingHeaders = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  listener: HeadersListener,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Listener, (outer) =>
    Effect.provideService(effect, Listener, (headers) => {
      listener(headers)
      outer(headers)
    }),
  )
