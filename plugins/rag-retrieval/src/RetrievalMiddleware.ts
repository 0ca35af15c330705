import {
  type CallContext,
  type Candidate,
  candidateName,
  LlmError,
  type LlmRequest,
  type Middleware,
  TokenCounter,
} from "@switchyard/core"
import type { Filter, RetrievalQuery, Retriever } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { type Afforded, affordable } from "./internal/middleware/affordable.ts"
import {
  defaultInstructions,
  type Place,
  type Placed,
  placedIn,
  type Placement,
  placementOf,
  withOnly,
  withPassages,
} from "./internal/middleware/frame.ts"
import { labelOf } from "./internal/middleware/label.ts"
import { look } from "./internal/middleware/look.ts"
import { questionOf } from "./internal/middleware/question.ts"
import { withSources } from "./internal/middleware/sources.ts"
import { lookedFor, type StandAloneOptions } from "./internal/middleware/standAlone.ts"
import { passagesThatFit } from "./internal/middleware/window.ts"
import type { Retrieval } from "./Retrieval.ts"

/** Which part of the index a tenant may see. */
export type Tenants =
  /** A namespace for each: the prefix (default: `tenant/`), then the tenant. */
  | { readonly by: "namespace"; readonly prefix?: string }
  /** The chunks in whose metadata this field is the tenant. */
  | { readonly by: "field"; readonly field: string }

export interface RetrievalOptions {
  /** Passages at most. Default: 5. */
  readonly k?: number
  /** The most tokens of all passages together. Default: 4,000. */
  readonly maxTokens?: number
  /** Default: `"user"`. */
  readonly place?: Place
  /** What the model is told to do with the passages. Default: answer from them, cite them as [1]. */
  readonly instructions?: string
  /** Which chunks count, for every call. */
  readonly filter?: Filter
  readonly tenants?: Tenants
  /** A model that makes a question of a conversation stand alone. Default: by rule. */
  readonly standAlone?: StandAloneOptions
  /** For which calls: all but those tagged `retrieval: "off"`, or only those tagged `retrieval: "on"`. Default: `"all"`. */
  readonly calls?: "all" | "tagged"
  /** When nothing was found: the model answers alone, or the call is refused. Default: `"continue"`. */
  readonly onNothing?: "continue" | "refuse"
  /** When retrieval fails: the call fails, or goes on without passages and with a warning. Default: `"fail"`. */
  readonly onFailure?: "fail" | "continue"
  /** The wait for passages, in ms. Default: 20,000. */
  readonly timeoutMs?: number
}

const name = "retrieval"

/**
 * Looks up passages for each question and puts them into the request; what they are becomes `source` parts of the answer.
 * Calls that plugins make within a call are left alone.
 */
export const makeRetrievalMiddleware = (retriever: Retriever, options: RetrievalOptions = {}): Middleware => {
  // By call, not read from the request alone: what a caller writes beside a file must not pass for a passage.
  const placements = new WeakMap<CallContext, Placement>()
  const warned = new WeakSet<CallContext>()
  return {
    name,
    stage: "context",
    request: Effect.fnUntraced(function* (request, context) {
      if (!takesPart(context, options)) return request
      const placement = yield* placed(retriever, options, request, context)
      if (placement === undefined) return request
      placements.set(context, placement)
      // All of them, whatever the model: each attempt is fitted to its own.
      return withPassages(request, placement)
    }),
    attempt: (request, candidate, next, context) => {
      const placement = placements.get(context)
      if (placement === undefined) return next(request)
      return Effect.gen(function* () {
        const fitted = yield* fit(request, placement, candidate, context)
        if (fitted.full !== undefined && options.onNothing === "refuse") return yield* refused(fitted.full)
        const answer = yield* next(fitted.request)
        if (fitted.full !== undefined && !warned.has(context)) {
          warned.add(context)
          warn(context, `${fitted.full}: the model answered without them`)
        }
        return withSources(answer, fitted.passages)
      })
    },
  }
}

const takesPart = ({ depth, tags }: CallContext, { calls = "all" }: RetrievalOptions): boolean =>
  depth === 0 && (calls === "all" ? tags[name] !== "off" : tags[name] === "on")

const warn = (context: CallContext, message: string): void =>
  context.warn({ type: "degraded", message: `retrieval: ${message}` })

/** What goes into the request; `undefined` where the model is to answer alone. */
const placed = Effect.fnUntraced(function* (
  retriever: Retriever,
  options: RetrievalOptions,
  request: LlmRequest,
  context: CallContext,
) {
  const question = questionOf(request)
  if (question === undefined) {
    context.decide(name, "no passages: the last user message holds no text")
    return undefined
  }
  const within = withinOf(options, context)
  if (within instanceof LlmError) return yield* within
  const text = yield* lookedFor(question, request, context, options.standAlone)
  const found = yield* retrieved(retriever, { text, k: options.k ?? 5, ...within }, options, context)
  const counter = yield* TokenCounter
  const { maxTokens = 4000 } = options
  const afforded = affordable(found.passages, maxTokens, (part) => counter.count(part, request.model).tokens)
  explain(context, text, found, afforded)
  const { kept, left } = afforded
  if (kept.length > 0) {
    const { place = "user", instructions = defaultInstructions } = options
    return placementOf(request, kept, { place, instructions })
  }
  const why = left.length === 0 ? undefined : `none of ${left.length} passages fits into maxTokens (${maxTokens})`
  if (options.onNothing === "refuse") return yield* nothing(why ?? notFound(text, found))
  if (why !== undefined) warn(context, `${why}: the model answered without them`)
  return undefined
})

type Within = Pick<RetrievalQuery, "namespace" | "filter">

/** A tenant's own part of the index; a call without a tenant has none. */
const withinOf = ({ tenants, filter }: RetrievalOptions, { tenant }: CallContext): Within | LlmError => {
  const everywhere: Within = filter === undefined ? {} : { filter }
  if (tenants === undefined) return everywhere
  if (tenant === undefined || tenant === "") {
    const message = "passages are kept apart by tenant, and this call names none: set `tenant`"
    return LlmError.make({ _tag: "InvalidRequest", field: "tenant", message })
  }
  if (tenants.by === "namespace") return { ...everywhere, namespace: `${tenants.prefix ?? "tenant/"}${tenant}` }
  const own: Filter = { [tenants.field]: tenant }
  return { filter: filter === undefined ? own : { $and: [own, filter] } }
}

const none: Retrieval = { passages: [], queries: [], considered: 0, dropped: [], notes: [] }

const retrieved = (
  retriever: Retriever,
  query: RetrievalQuery,
  { onFailure = "fail", timeoutMs = 20_000 }: RetrievalOptions,
  context: CallContext,
): Effect.Effect<Retrieval, LlmError> =>
  Effect.catch(look(retriever, query, timeoutMs), (error) => {
    context.decide(name, error.reason.message)
    if (onFailure === "fail") return Effect.fail(error)
    const note = `answered without passages, since ${error.reason.message}`
    warn(context, note)
    return Effect.succeed({ ...none, notes: [note] })
  })

/** What `explain` shows: the question, each passage with where it stands and why, and what was left out. */
const explain = (
  context: CallContext,
  text: string,
  { queries, considered, dropped, notes }: Retrieval,
  { kept, left }: Afforded,
): void => {
  const asked = [text, ...queries.slice(1)].map((query) => JSON.stringify(shortened(query))).join(", ")
  context.decide(name, `${kept.length} passages of ${considered} chunks for ${asked}`)
  for (const note of notes) context.decide(name, note)
  kept.forEach((passage, at) =>
    context.decide(name, `[${at + 1}] ${labelOf(passage)}: ${(passage.why ?? []).join("; ")}`),
  )
  for (const passage of left)
    context.decide(name, `left out ${labelOf(passage)}: beyond the tokens that passages may take`)
  for (const { passage, why } of dropped.slice(0, 10)) context.decide(name, `left out ${labelOf(passage)}: ${why}`)
}

const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`)

const notFound = (text: string, { notes }: Retrieval): string =>
  `no passage was found for ${JSON.stringify(shortened(text))}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`

const unanswered = "without passages nothing is to be answered"

const nothing = (why: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "messages", message: `${why}, and ${unanswered}` })

/** Another model may have a larger window. */
const refused = (why: string): LlmError =>
  LlmError.make({ _tag: "ContextTooLong", message: `${why}, and ${unanswered}` })

/** A request as the model of one attempt can take it. `full`: no passage fits, and why. */
interface Fitted {
  readonly request: LlmRequest
  readonly passages: ReadonlyArray<Placed>
  readonly full?: string
}

/** Leaves out, or shortens, what would not fit into the window of the model that is asked. */
const fit = Effect.fnUntraced(function* (
  request: LlmRequest,
  placement: Placement,
  candidate: Candidate,
  context: CallContext,
) {
  const counter = yield* TokenCounter
  const registered = context.providers.get(candidate.provider)
  const info = context.catalog.describe(candidate, registered?.provider)
  const model = candidateName(candidate)
  const standing = placedIn(request, placement)
  const passages = passagesThatFit(request, placement, standing, info, (text) => counter.count(text, model))
  const whole: Fitted = { request, passages }
  if (passages.length === standing.length && passages.every((one, at) => one === standing[at])) return whole
  const window = `the window of ${model} (${info?.contextWindow} tokens)`
  for (const { mark } of standing) {
    const kept = passages.find((one) => one.mark.number === mark.number)
    if (kept === undefined) context.decide(name, `left out [${mark.number}] ${mark.label}: ${window} is full`)
    else if (!standing.includes(kept))
      context.decide(name, `shortened [${mark.number}] to ${kept.mark.label}: ${window} is full`)
  }
  const fitted: Fitted = { request: withOnly(request, placement, passages), passages }
  return passages.length > 0 ? fitted : { ...fitted, full: `no passage fits into ${window} beside the question` }
})
