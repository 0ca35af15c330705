import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider"
import { InvalidArgumentError } from "@ai-sdk/provider"
import type { LlmResponse } from "@switchyard/core"
import * as Context from "effect/Context"
import { cannotRestart, toApiCallError } from "./internal/out/errors.ts"
import { type CallSettings, fromCallOptions } from "./internal/out/request.ts"
import { toResult } from "./internal/out/result.ts"
import { answered, type Flow, flowing, type Services, type Stack } from "./internal/out/stack.ts"
import { StreamWriter } from "./internal/out/stream.ts"

/** Settings of a model over a stack. */
export interface ModelSettings extends CallSettings {
  /** Name of the AI SDK provider. Default: `"switchyard"`. */
  readonly provider?: string
  /** URLs that the AI SDK hands on instead of downloading them, by media type. Default: all http and https URLs. */
  readonly supportedUrls?: Readonly<Record<string, ReadonlyArray<RegExp>>>
  /** Of a stack that is Effect's `Kernel`: the services that its calls run with. */
  readonly services?: Services
}

const allUrls: Record<string, Array<RegExp>> = { "*/*": [/^https?:\/\//] }

const urlsOf = (given: ModelSettings["supportedUrls"]): Record<string, Array<RegExp>> =>
  given === undefined ? allUrls : Object.fromEntries(Object.entries(given).map(([type, urls]) => [type, [...urls]]))

const toolNames = ({ tools = [] }: LanguageModelV4CallOptions): ReadonlySet<string> =>
  new Set(tools.map((tool) => tool.name))

/**
 * A whole stack as one model of the AI SDK (specification V4): `generateText`, `streamText`, `Output.object` and agents run on
 * its routing, failover, validation and cache. `modelId` is what a request's `model` is: `"openai/gpt-5-mini"`, an alias,
 * `"auto"`. Failures are `APICallError`s whose `data` holds the reason and whose `cause` is the stack's own error; an abort
 * cancels the HTTP request underneath. Throws `InvalidArgumentError` for the stream contract `restart`.
 */
export const languageModel = (stack: Stack, modelId: string, settings: ModelSettings = {}): LanguageModelV4 => {
  if (settings.policy?.stream === "restart") {
    throw new InvalidArgumentError({ argument: "policy.stream", message: cannotRestart().reason.message })
  }
  const services = settings.services ?? Context.empty()

  const doGenerate = async (options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
    const { abortSignal } = options
    try {
      const { request, warnings } = fromCallOptions(options, modelId, settings)
      const call = stack.generate(request, abortSignal === undefined ? {} : { signal: abortSignal })
      const response: LlmResponse = await answered(call, services, abortSignal)
      return toResult(response, { tools: toolNames(options) }, warnings)
    } catch (error) {
      throw abortSignal?.aborted === true ? abortSignal.reason : toApiCallError(error, modelId)
    }
  }

  const doStream = async (options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> => {
    const { abortSignal } = options
    try {
      const { request, warnings } = fromCallOptions(options, modelId, settings)
      const flow = await flowing(stack, request, services, abortSignal)
      const raw = options.includeRawChunks === true
      const writer = new StreamWriter({ tools: toolNames(options), warnings, raw })
      return { stream: await opened(flow, writer, modelId, abortSignal) }
    } catch (error) {
      throw abortSignal?.aborted === true ? abortSignal.reason : toApiCallError(error, modelId)
    }
  }

  return {
    specificationVersion: "v4",
    provider: settings.provider ?? "switchyard",
    modelId,
    supportedUrls: urlsOf(settings.supportedUrls),
    doGenerate,
    doStream,
  }
}

/**
 * The stream, read when it is asked for. Its first parts are read at once, so that what fails before them rejects the call,
 * which the AI SDK may retry. What fails later is an `error` part and the end, without a finish: half an answer is no answer.
 */
const opened = async (
  flow: Flow,
  writer: StreamWriter,
  modelId: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<LanguageModelV4StreamPart>> => {
  const read = async (): Promise<Array<LanguageModelV4StreamPart> | undefined> => {
    for (;;) {
      const parts = await flow.next()
      if (parts === undefined) {
        // A stack may end its stream on an abort as it does when the answer is whole.
        if (!writer.finished) signal?.throwIfAborted()
        return undefined
      }
      const out: Array<LanguageModelV4StreamPart> = []
      for (const part of parts) writer.write(part, out)
      if (out.length > 0) return out
    }
  }
  let first = await read().catch(async (error: unknown) => {
    await flow.cancel()
    throw error
  })
  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const parts = first ?? (await read())
        first = undefined
        if (parts === undefined) return controller.close()
        for (const part of parts) controller.enqueue(part)
      } catch (error) {
        await flow.cancel()
        if (signal?.aborted === true) return controller.error(signal.reason)
        controller.enqueue({ type: "error", error: toApiCallError(error, modelId) })
        controller.close()
      }
    },
    cancel: () => flow.cancel(),
  })
}
