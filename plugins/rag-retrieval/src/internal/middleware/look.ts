import { isLlmError, LlmError, type Reason, type ReasonTag } from "@switchyard/core"
import type { RetrievalQuery, Retrieved, Retriever } from "@switchyard/rag"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { type Dropped, isInspectable, type Retrieval } from "../../Retrieval.ts"

/**
 * What the retriever finds, `k` passages at most, within `timeoutMs`. A retriever that throws, dies or gives something else
 * than passages fails as one that says so: each failure tells that it is one of retrieval.
 */
export const look = (
  retriever: Retriever,
  query: RetrievalQuery,
  timeoutMs: number,
): Effect.Effect<Retrieval, LlmError> => {
  const message = `no passages came within ${timeoutMs} ms, the timeoutMs of retrieval(): raise it there`
  const late = LlmError.make({ _tag: "Timeout", phase: "total", ms: timeoutMs, message })
  return asked(retriever, query).pipe(
    Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.fail(late) }),
    Effect.catchCause((cause) => {
      const error = errorIn(cause, retriever)
      return error === undefined ? Effect.failCause(Cause.interrupt()) : Effect.fail(ofRetrieval(error))
    }),
  )
}

const asked = (retriever: Retriever, query: RetrievalQuery): Effect.Effect<Retrieval, LlmError> =>
  Effect.suspend(() => {
    const inspected = isInspectable(retriever)
    const found: Effect.Effect<unknown, LlmError> = inspected ? retriever.inspect(query) : retriever.retrieve(query)
    if (!Effect.isEffect(found)) return Effect.fail(gaveNone(retriever, found))
    return Effect.flatMap(found, (given) => {
      const retrieval = retrievalOf(inspected ? given : { passages: given }, query)
      return retrieval === undefined ? Effect.fail(gaveNone(retriever, given)) : Effect.succeed(retrieval)
    })
  })

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const isNatural = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0

const texts = ["id", "documentId", "text"] as const
const numbers = ["start", "end"] as const

/** Has it what is read of a passage here? */
const isPassage = (value: unknown): value is Retrieved => {
  if (!isObject(value) || !(value["why"] === undefined || Array.isArray(value["why"]))) return false
  const { chunk } = value
  return (
    isObject(chunk) &&
    texts.every((name) => typeof chunk[name] === "string") &&
    numbers.every((name) => isNatural(chunk[name])) &&
    isObject(chunk["metadata"])
  )
}

const isDropped = (value: unknown): value is Dropped => isObject(value) && isPassage(value["passage"])
const strings = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : []

/** `undefined` for what is no retrieval. */
const retrievalOf = (given: unknown, { k }: RetrievalQuery): Retrieval | undefined => {
  if (!isObject(given)) return undefined
  const { passages, considered, dropped } = given
  if (!Array.isArray(passages) || !passages.every(isPassage)) return undefined
  const beyond = passages.slice(k).map((passage) => ({ passage, why: `one more than the ${k} that were asked for` }))
  return {
    passages: passages.slice(0, k),
    queries: strings(given["queries"]),
    considered: typeof considered === "number" ? considered : passages.length,
    dropped: [...beyond, ...(Array.isArray(dropped) ? dropped.filter(isDropped) : [])],
    notes: strings(given["notes"]),
  }
}

const gaveNone = ({ id }: Retriever, given: unknown): LlmError => {
  // What an async function throws has nobody else to see it.
  if (given instanceof Promise) given.catch(() => undefined)
  return pluginFailure(id, `the retriever "${id}" gave no passages but ${kindOf(given)}`)
}

const kindOf = (value: unknown): string => {
  if (value instanceof Promise) return "a Promise: retrieve and inspect must give an Effect"
  if (Array.isArray(value)) return "a list with something else in it: each must have a chunk with its range and text"
  if (typeof value === "object" && value !== null) return "an object"
  return typeof value === "string" ? JSON.stringify(value) : String(value)
}

const pluginFailure = (plugin: string, message: string): LlmError =>
  LlmError.make({ _tag: "PluginFailure", plugin, message })

/** `undefined` where nothing failed, and the call was interrupted. */
const errorIn = (cause: Cause.Cause<unknown>, { id }: Retriever): LlmError | undefined => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Interrupt") continue
    const failure = reason._tag === "Fail" ? reason.error : reason.defect
    if (isLlmError(failure)) return failure
    const said = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)
    return pluginFailure(id, `the retriever "${id}" died: ${said}`)
  }
  return undefined
}

/** What may be over when the call is made again. Another model never helps. */
const passing: ReadonlySet<ReasonTag> = new Set(["RateLimited", "Overloaded", "ProviderInternal", "Network", "Timeout"])

/** Whose failure it was stands in the text: the call's own provider was not asked yet. */
const ofRetrieval = ({ reason, context: { provider, model } }: LlmError): LlmError => {
  const whose = provider === undefined ? "" : model === undefined ? `${provider}: ` : `${provider}/${model}: `
  const told: Reason = {
    ...reason,
    message: `retrieval failed: ${whose}${reason.message}`,
    recovery: passing.has(reason._tag) ? "retry" : "none",
  }
  return LlmError.make(told)
}
