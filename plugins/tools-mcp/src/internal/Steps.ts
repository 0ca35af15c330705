import {
  type Answer,
  answerPull,
  answerResponse,
  type CallContext,
  type Candidate,
  emptyTrace,
  isContent,
  Kernel,
  LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type LlmResponse,
  makeRequest,
  type Part,
  type ProviderResponse,
  type StreamPart,
  type Warning,
  wholeAnswer,
} from "@switchyard/core"
import { runTools, streamTools, type ToolRun, type ToolRunOptions } from "@switchyard/tools"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { withEarlier } from "./earlier.ts"
import { marked, type OwnerOf } from "./history.ts"
import type { Offered } from "./offerTools.ts"

/** One attempt that may take several steps. */
export interface SteppedAttempt {
  readonly request: LlmRequest
  readonly candidate: Candidate
  readonly next: (request: LlmRequest) => Effect.Effect<Answer, LlmError>
  readonly context: CallContext
  readonly offered: ReadonlyArray<Offered>
  readonly maxSteps: number
  readonly concurrency: number
  readonly steps: "last" | "all"
  readonly callTimeoutMs: number
}

/** Asks the model, runs the MCP tools that it calls, and asks again. The loop is that of `@switchyard/tools`. */
export const runSteps = (attempt: SteppedAttempt): Effect.Effect<Answer, LlmError> =>
  Effect.suspend(() => {
    const { context, steps } = attempt
    const model = new SteppedModel(attempt)
    const flows = steps === "all" && context.operation === "stream" && context.contract !== "hold"
    return flows ? flowing(model) : whole(model)
  })

/** What is said before the last step is no part of the answer, unless it was asked for; usage is that of all steps. */
const whole = (model: SteppedModel): Effect.Effect<Answer, LlmError> =>
  Effect.map(Effect.provideService(runTools(model.request, model.options), Kernel, model.kernel), (run) =>
    wholeAnswer(model.answer(run)),
  )

type Batches = Pull.Pull<readonly [StreamPart, ...Array<StreamPart>], LlmError>

/** All steps as one stream, open up to its first content: failing before it is a failure of the attempt. */
const flowing = Effect.fnUntraced(function* (model: SteppedModel) {
  const scope = yield* Scope.make()
  const close = Scope.close(scope, Exit.void)
  const parts = Stream.provideService(streamTools(model.request, model.options), Kernel, model.kernel)
  const opened = Effect.gen(function* () {
    const pull: Batches = yield* Scope.provide(Stream.toPull(Stream.map(parts, model.shown)), scope)
    const head: Array<StreamPart> = []
    for (;;) {
      const batch = yield* Effect.catchIf(pull, Cause.isDone, () => Effect.succeed([]))
      head.push(...batch)
      if (batch.length === 0 || batch.some(isContent)) return { head, pull }
    }
  })
  const { head, pull } = yield* Effect.onExit(opened, (exit) => (Exit.isSuccess(exit) ? Effect.void : close))
  const rest = Stream.fromPull(Effect.succeed(pull))
  return { _tag: "Flowing", parts: Stream.concat(Stream.fromArray(head), rest), close } satisfies Answer as Answer
})

const unused = Effect.die(new TypeError("a step of a tool loop only generates or streams"))

/** The model behind one attempt, as the loop sees it: a kernel whose calls are steps of the attempt. */
class SteppedModel {
  readonly request: LlmRequest
  readonly options: ToolRunOptions
  readonly kernel: Kernel["Service"]
  readonly #attempt: SteppedAttempt
  readonly #ownerOf: OwnerOf
  readonly #warned = new Set<string>()
  #step = 0
  #last: ProviderResponse | undefined

  constructor(attempt: SteppedAttempt) {
    const { request, context, offered, maxSteps, concurrency, callTimeoutMs } = attempt
    this.#attempt = attempt
    const deadline = Math.max(1, context.remainingMs())
    this.request = { ...request, policy: { ...request.policy, deadline } }
    this.options = { tools: offered.map(({ tool }) => tool), maxSteps, concurrency, toolTimeout: callTimeoutMs }
    const own = new Set((request.tools ?? []).flatMap((tool) => (tool.type === "function" ? [tool.name] : [])))
    const owners = new Map(offered.map(({ tool, server, own: name }) => [tool.name, { server, tool: name }]))
    // A tool that nobody has is answered here too.
    this.#ownerOf = (name) => (own.has(name) ? undefined : (owners.get(name) ?? { server: "", tool: name }))
    this.kernel = Kernel.of({
      generate: (input) => Effect.flatMap(this.#ask(input), (answer) => this.#read(answer)),
      stream: (input) => Stream.unwrap(Effect.map(this.#ask(input), (answer) => this.#parts(answer))),
      open: () => unused,
      embed: () => unused,
      explain: () => unused,
    })
  }

  readonly shown = (part: StreamPart): StreamPart =>
    part.type === "tool-input-start"
      ? this.#ownerOf(part.name) === undefined
        ? part
        : { ...part, providerExecuted: true }
      : marked(part, this.#ownerOf)

  answer({ steps, usage, warnings }: ToolRun): ProviderResponse {
    const all = this.#attempt.steps === "all"
    const partsOf = (some: typeof steps) =>
      some.flatMap(({ response, results }): Array<Part> => [...response.content, ...results])
    const said = partsOf(all ? steps : steps.slice(-1))
    const last = this.#last
    if (last === undefined) throw new TypeError("a run has at least one step")
    return {
      ...withEarlier(last, all ? [] : partsOf(steps.slice(0, -1))),
      content: said.map((part) => marked(part, this.#ownerOf)),
      usage,
      warnings: warnings.filter((warning) => this.#isNew(warning)),
    }
  }

  /** The request of one step. The last one has to be answered without tools. */
  #ask(input: LlmRequestInput): Effect.Effect<Answer, LlmError> {
    const { next, context, request: given, maxSteps } = this.#attempt
    const made = makeRequest(input)
    if (made instanceof LlmError) return Effect.fail(made)
    const { policy: _, ...asked } = made
    const policy = given.policy === undefined ? {} : { policy: given.policy }
    this.#step++
    if (this.#step > 1) context.decide("tools-mcp", `step ${this.#step}: asks again with the results`)
    if (this.#step < maxSteps) return next({ ...asked, ...policy })
    const message = `the model called tools in each of ${maxSteps - 1} steps, and had to answer without them (maxSteps)`
    context.warn({ type: "other", setting: "tools", message })
    return next({ ...asked, ...policy, toolChoice: "none" })
  }

  #read(answer: Answer): Effect.Effect<LlmResponse, LlmError> {
    const { model, provider } = this.#attempt.candidate
    const close = answer._tag === "Flowing" && answer.close !== undefined ? answer.close : Effect.void
    return Effect.map(Effect.ensuring(answerResponse(answer, model), close), (response) => {
      this.#last = response
      return { ...response, provider, route: emptyTrace }
    })
  }

  /** The loop learns from the finish whose words it replays. */
  #parts(answer: Answer): Stream.Stream<StreamPart, LlmError> {
    const { candidate, context } = this.#attempt
    const first = this.#step === 1
    return Stream.map(Stream.scoped(Stream.fromPull(answerPull(answer))), (part): StreamPart => {
      if (part.type === "finish") return { ...part, provider: candidate.provider, model: candidate.model }
      if (part.type !== "stream-start") return part
      const fresh = part.warnings.filter((warning) => this.#isNew(warning))
      if (!first) fresh.forEach((warning) => context.warn(warning))
      return { ...part, warnings: first ? fresh : [] }
    })
  }

  /** Every step is warned of the same settings. */
  #isNew(warning: Warning): boolean {
    const key = JSON.stringify(warning)
    if (this.#warned.has(key)) return false
    this.#warned.add(key)
    return true
  }
}
