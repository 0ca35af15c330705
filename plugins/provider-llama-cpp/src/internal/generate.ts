import { LlmError, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type {
  ChatHistoryItem,
  ChatModelFunctions,
  ChatWrapper,
  LLamaChatGenerateResponseOptions,
  LlamaContextSequence,
  LlamaGrammar,
  Token,
} from "node-llama-cpp"
import { forceCall } from "./forceCall.ts"
import { grammarOf } from "./grammar.ts"
import { fromLibrary, refusedByTemplate, tooLong } from "./errors.ts"
import type { Chat } from "./LocalModel.ts"
import { type Ending, PartWriter } from "./PartWriter.ts"
import type { Prompt } from "./request.ts"
import { toLibrary } from "./schema.ts"

/** Tokens of a prompt that are evaluated between two looks at the signal. */
const piece = 256
/** Tokens that the syntax around tool calls may take besides the answer. */
const callOverhead = 256
/** Calls in one answer, at most. */
const maxCalls = 16
/** Tokens of the answer that penalties for repetition look back on. */
const penaltyWindow = 256

/** A prompt with all that is needed to evaluate it. */
interface Rendered {
  readonly history: Array<ChatHistoryItem>
  readonly wrapper: ChatWrapper
  readonly functions: ChatModelFunctions | undefined
  readonly tokens: Array<Token>
  readonly maxTokens: number
}

const functionsOf = ({ tools }: Prompt): ChatModelFunctions | undefined =>
  tools.length === 0
    ? undefined
    : Object.fromEntries(
        tools.map(({ name, description, params }) => [
          name,
          { ...(description === undefined ? {} : { description }), params: toLibrary(params) },
        ]),
      )

/**
 * The history with the turn that is to be written at its end. An empty thought there keeps a model from thinking first; a
 * template that knows no thoughts would print them as text, so they are left out for it.
 */
const withTurn = (prompt: Prompt, wrapper: ChatWrapper): Array<ChatHistoryItem> => {
  const thinks = wrapper.settings.segments?.thought !== undefined
  const items = prompt.history.items.map((item): ChatHistoryItem =>
    item.type !== "model"
      ? { ...item }
      : {
          type: "model",
          response: item.response.filter(
            (part) => typeof part === "string" || part.type === "functionCall" || (thinks && part.text !== ""),
          ),
        },
  )
  if (items.at(-1)?.type === "model") return items
  const mute = thinks && (prompt.withoutThoughts || prompt.mustCall)
  const response = mute ? [{ type: "segment" as const, segmentType: "thought" as const, text: "", ended: true }] : []
  return [...items, { type: "model", response }]
}

/** Writes the prompt with the model's template and counts it. Fails with `ContextTooLong` before anything is evaluated. */
const render = (chat: Chat, prompt: Prompt): Rendered => {
  const wrapper = prompt.mustCall ? forceCall(chat.backend.library, chat.wrapper) : chat.wrapper
  const history = withTurn(prompt, wrapper)
  const functions = functionsOf(prompt)
  let tokens: Array<Token>
  try {
    const state = wrapper.generateContextState({
      chatHistory: history,
      ...(functions === undefined ? {} : { availableFunctions: functions }),
    })
    tokens = state.contextText.tokenize(chat.model.tokenizer)
  } catch (error) {
    throw refusedByTemplate(error)
  }
  // The last place of a context stays empty.
  const room = chat.contextSize - 1 - tokens.length
  const answer = prompt.maxOutputTokens
  if (room < (answer ?? 1)) throw tooLong(tokens.length, answer, chat.contextSize)
  const spare = functions === undefined ? 0 : Math.min(callOverhead, Math.floor(room / 4))
  return { history, wrapper, functions, tokens, maxTokens: answer ?? Math.max(1, room - spare) }
}

const repetition = ({ sampling, penalties }: Prompt): LLamaChatGenerateResponseOptions["repeatPenalty"] => {
  const penalty = sampling.repeatPenalty ?? 1
  if (penalty === 1 && penalties.presence === 0 && penalties.frequency === 0) return false
  return {
    lastTokens: penaltyWindow,
    penalizeNewLine: true,
    penalty,
    presencePenalty: penalties.presence,
    frequencyPenalty: penalties.frequency,
  }
}

const samplingOf = ({ sampling }: Prompt, seed: number) => {
  const { temperature = 0, topP, topK, minP } = sampling
  return {
    seed,
    temperature,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(minP === undefined ? {} : { minP }),
  }
}

/**
 * Evaluates the prompt in pieces, all but its last token. The library would do it in one go that nothing can stop; now it
 * finds the work done. What the sequence holds of the same beginning is kept.
 */
const evaluatePrompt = async (sequence: LlamaContextSequence, tokens: Array<Token>, signal: AbortSignal) => {
  await sequence.adaptStateToTokens(tokens, false)
  const end = tokens.length - 1
  for (let at = sequence.nextTokenIndex; at < end; at += piece) {
    signal.throwIfAborted()
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, Math.min(at + piece, end)))
  }
}

type Emit = (parts: ReadonlyArray<StreamPart>) => void

/** One answer, from the first token to its end. */
class Generation {
  readonly #chat: Chat
  readonly #prompt: Prompt
  readonly #rendered: Rendered
  readonly #seed: number
  readonly #full = new AbortController()

  constructor(chat: Chat, prompt: Prompt, rendered: Rendered, seed: number) {
    this.#chat = chat
    this.#prompt = prompt
    this.#rendered = rendered
    this.#seed = seed
  }

  async run(sequence: LlamaContextSequence, emit: Emit, signal: AbortSignal): Promise<void> {
    const { history, wrapper, tokens } = this.#rendered
    const before = sequence.tokenMeter.getState()
    const writer = new PartWriter(this.#prompt.history.toolCallIds)
    const grammar = await grammarOf(this.#chat.backend.llama, this.#prompt)
    await evaluatePrompt(sequence, tokens, signal)
    const chat = new this.#chat.backend.library.LlamaChat({ contextSequence: sequence, chatWrapper: wrapper })
    try {
      const reason = await this.#answer(
        chat.generateResponse(history, this.#options(writer, emit, grammar, signal)),
        writer,
      )
      const { usedOutputTokens: outputTokens } = sequence.tokenMeter.diff(before)
      emit(writer.finish({ reason, inputTokens: tokens.length, outputTokens }))
    } finally {
      chat.dispose({ disposeSequence: false })
    }
  }

  /**
   * A context that is full ends the answer where it is: what came is handed over as cut by length. Input of a tool that
   * does not validate is the model's own, and whoever runs the tool tells the model so.
   */
  async #answer(
    response: Promise<{ readonly metadata: { readonly stopReason: Ending["reason"] } }>,
    writer: PartWriter,
  ): Promise<Ending["reason"]> {
    try {
      return (await response).metadata.stopReason
    } catch (error) {
      if (this.#full.signal.aborted) return "abort"
      const invalid = error instanceof this.#chat.backend.library.LlamaJsonSchemaValidationError
      if (invalid && writer.isCalling) return "functionCalls"
      throw error
    }
  }

  #options(
    writer: PartWriter,
    emit: Emit,
    grammar: LlamaGrammar | undefined,
    signal: AbortSignal,
  ): LLamaChatGenerateResponseOptions {
    const { stop, stopTokens } = this.#prompt
    const { LlamaText, SpecialTokensText } = this.#chat.backend.library
    const special = stopTokens.map((token) => LlamaText([new SpecialTokensText(token)]))
    const { functions, maxTokens } = this.#rendered
    const common = {
      ...samplingOf(this.#prompt, this.#seed),
      repeatPenalty: repetition(this.#prompt) ?? false,
      maxTokens,
      customStopTriggers: [...stop, ...special],
      signal: AbortSignal.any([signal, this.#full.signal]),
      contextShift: { strategy: this.#whenFull },
      onResponseChunk: (chunk: Parameters<PartWriter["chunk"]>[0]) => emit(writer.chunk(chunk)),
    }
    if (functions === undefined) return grammar === undefined ? common : { ...common, grammar }
    return {
      ...common,
      functions,
      maxParallelFunctionCalls: maxCalls,
      onFunctionCallParamsChunk: (chunk) => emit(writer.input(chunk)),
      onFunctionCall: ({ functionName }) => emit(writer.called(functionName)),
    }
  }

  /** The library would forget the beginning of the conversation to make room, and nobody would know. */
  readonly #whenFull = (): { chatHistory: Array<ChatHistoryItem> } => {
    this.#full.abort(new Error("the context is full"))
    return { chatHistory: [{ type: "model", response: [] }] }
  }
}

const maxSeed = 2 ** 31 - 1

/**
 * Answers a prompt; `emit` gets the parts as they come, the finish last. It waits for a free place in the model's context.
 * Interruption ends it between two tokens, and the place is free again when it has ended.
 */
export const generate = Effect.fnUntraced(function* (chat: Chat, prompt: Prompt, begin: () => void, emit: Emit) {
  const rendered = yield* Effect.try({ try: () => render(chat, prompt), catch: (error) => fromLibrary(error) })
  const seed = prompt.seed ?? (yield* Random.nextIntBetween(0, maxSeed))
  const generation = new Generation(chat, prompt, rendered, seed)
  const sequence = yield* chat.lease(rendered.tokens)
  begin()
  yield* Effect.callback<void, LlmError>((resume) => {
    const stop = new AbortController()
    const running = generation.run(sequence, emit, stop.signal).then(
      () => resume(Effect.void),
      (error: unknown) => resume(Effect.fail(fromLibrary(error))),
    )
    return Effect.promise(() => {
      stop.abort(new Error("interrupted"))
      return running
    })
  })
}, Effect.scoped)
