import { LlmError } from "@switchyard/core"
import { type Embedder, type EmbedderStamp, kernelEmbedder, stampName } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Switchyard, SwitchyardError } from "switchyard"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { messageOf, note } from "../../output.ts"

/** How `--embedder` is written. */
export const embedderHelp = "words, hash, onnx:FOLDER, or provider/model of the config"

type Make = Effect.Effect<Embedder, LlmError, Scope.Scope>

const local = () => extension("@switchyard/embed-local", () => import("@switchyard/embed-local"))

/** The embedder of a new index. Without a name: word vectors, or hashed words where their table is not there. */
export const embedderNamed = async (name: string | undefined, stack: () => Promise<Switchyard>): Promise<Make> => {
  const { hashEmbedder, loadWordsEmbedder, makeOnnxEmbedder } = await local()
  if (name === undefined)
    return Effect.catch(loadWordsEmbedder(), () =>
      Effect.sync(() => {
        note("no word vectors here: texts are compared by their spelling (local/hash)")
        return hashEmbedder()
      }),
    )
  if (name === "words" || name === "local/words") return loadWordsEmbedder()
  if (name === "hash" || name === "local/hash") return Effect.succeed(hashEmbedder())
  if (name.startsWith("onnx:")) return makeOnnxEmbedder({ folder: name.slice("onnx:".length) })
  if (name.includes("/")) return modelEmbedder(name, undefined, await stack())
  throw new UsageError(`--embedder ${name}: write ${embedderHelp}`)
}

/** The embedder that an index was built with. */
export const embedderOf = async (stamp: EmbedderStamp, stack: () => Promise<Switchyard>): Promise<Make> => {
  const { hashEmbedder, loadWordsEmbedder } = await local()
  if (stamp.id === "local/words") return loadWordsEmbedder()
  if (stamp.id === "local/hash") return Effect.succeed(hashEmbedder({ dimensions: stamp.dimensions }))
  if (stamp.id.startsWith("onnx/"))
    throw new UsageError(`the index was built with ${stampName(stamp)}: add --embedder onnx:FOLDER`)
  return modelEmbedder(stamp.id, stamp.dimensions, await stack())
}

/** A model of the stack. How many dimensions it has is asked for where it is not known. */
const modelEmbedder = (model: string, dimensions: number | undefined, switchyard: Switchyard): Make => {
  const embed: Parameters<typeof kernelEmbedder>[0]["embed"] = (request) =>
    Effect.tryPromise({
      try: (signal) => switchyard.embed(request, { signal }),
      catch: (error) =>
        error instanceof SwitchyardError
          ? LlmError.make(error.reason, error.context)
          : LlmError.make({ _tag: "ProviderInternal", message: messageOf(error) }),
    })
  const known =
    dimensions === undefined
      ? Effect.map(embed({ model, inputs: ["."] }), (response) => response.dimensions)
      : Effect.succeed(dimensions)
  return Effect.map(known, (size) => kernelEmbedder({ embed }, { model, dimensions: size }))
}
