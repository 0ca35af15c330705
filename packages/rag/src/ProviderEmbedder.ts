import {
  type EmbedRequest,
  type EmbedResponse,
  Kernel,
  type KernelShape,
  LlmError,
  type Provider,
  type ProviderData,
  type ProviderEmbedResponse,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Embedder, type EmbedPurpose, misshapen } from "./Embedder.ts"

export interface ProviderEmbedderOptions {
  /** What the request names: `provider/model` or an alias for a kernel, the vendor's own name for a provider. */
  readonly model: string
  /** What the model makes, or is asked for if `shorten` is set. */
  readonly dimensions: number
  /** Asks the model for vectors of `dimensions` numbers, where it can shorten them. Default: false. */
  readonly shorten?: boolean
  /** The stamp's id, as `provider/model`. Default: `model`; needed where that is an alias. */
  readonly id?: string
  /** The stamp's version. Raise it when the vendor changes the model behind the name. Default: `"1"`. */
  readonly version?: string
  /** Texts in one request. Default: 96, which every vendor takes. */
  readonly maxBatch?: number
  readonly tenant?: string
  readonly tags?: Readonly<Record<string, string>>
  /** What goes with each request, by purpose: `{ query: { voyage: { input_type: "query" } } }`. */
  readonly providerData?: { readonly [P in EmbedPurpose]?: ProviderData }
}

type Embed<R extends ProviderEmbedResponse> = (request: EmbedRequest) => Effect.Effect<R, LlmError>

/**
 * An embedder over one provider's `embed`, without routing, retry or failover. Of a provider that cannot embed, each call
 * fails with `Unsupported`.
 */
export const providerEmbedder = (
  provider: Pick<Provider, "id" | "embed">,
  options: ProviderEmbedderOptions,
): Embedder =>
  embedderOver(
    (request) => provider.embed?.(request) ?? Effect.fail(cannotEmbed(provider.id)),
    options,
    () => undefined,
  )

/**
 * An embedder over a kernel: with its routing, retry and failover. An answer of another model than `id` is refused, since
 * its vectors cannot be compared: failover between two embedding models is never right.
 */
export const kernelEmbedder = (kernel: Pick<KernelShape, "embed">, options: ProviderEmbedderOptions): Embedder =>
  embedderOver<EmbedResponse>(kernel.embed, options, ({ provider, route }, id) => {
    const answered = route.attempts.findLast(({ outcome }) => outcome === "ok")?.candidate
    const name = answered === undefined ? provider : `${answered.provider}/${answered.model}`
    return name === id || answered?.model === id ? undefined : otherModel(id, name)
  })

/** The embedder of a stack, over the stack's kernel. */
export const layerKernelEmbedder = (options: ProviderEmbedderOptions): Layer.Layer<Embedder, never, Kernel> =>
  Layer.effect(
    Embedder,
    Effect.map(Kernel, (kernel) => kernelEmbedder(kernel, options)),
  )

const embedderOver = <R extends ProviderEmbedResponse>(
  embed: Embed<R>,
  options: ProviderEmbedderOptions,
  refuse: (response: R, id: string) => LlmError | undefined,
): Embedder => {
  const { model, dimensions, version = "1", maxBatch = 96 } = options
  const stamp = { id: options.id ?? model, version, dimensions }
  return {
    ...stamp,
    maxBatch,
    embed: (inputs, { purpose } = {}) =>
      inputs.length === 0
        ? Effect.succeed([])
        : Effect.flatMap(embed(requestOf(options, inputs, purpose)), (response) => {
            const wrong = response.vectors.find((vector) => vector.length !== dimensions)
            const error = wrong === undefined ? refuse(response, stamp.id) : misshapen(stamp, wrong.length)
            return error === undefined ? Effect.succeed(response.vectors) : Effect.fail(error)
          }),
  }
}

const requestOf = (
  { model, dimensions, shorten, tenant, tags, providerData }: ProviderEmbedderOptions,
  inputs: ReadonlyArray<string>,
  purpose: EmbedPurpose | undefined,
): EmbedRequest => {
  const data = purpose === undefined ? undefined : providerData?.[purpose]
  return {
    model,
    inputs,
    ...(shorten === true ? { dimensions } : {}),
    ...(tenant === undefined ? {} : { tenant }),
    ...(tags === undefined ? {} : { tags }),
    ...(data === undefined ? {} : { providerData: data }),
  }
}

const cannotEmbed = (id: string): LlmError =>
  LlmError.make({ _tag: "Unsupported", feature: "embed", message: `the provider "${id}" does not embed` })

const otherModel = (id: string, answered: string): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidResponse",
      recovery: "none",
      message:
        `vectors of "${id}" were asked for and "${answered}" answered: vectors of two models cannot be compared. ` +
        `Give the embedding model a route with one candidate, or set "id" to the model that answers`,
    },
    { operation: "embed" },
  )
