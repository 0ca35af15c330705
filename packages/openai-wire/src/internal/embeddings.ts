import { LlmError, type ProviderEmbedResponse } from "@switchyard/core"
import { type Wire, count, list, string } from "@switchyard/transport/provider"
import { usageOf, type Names } from "./usage.ts"

const names: Names = { input: "prompt_tokens", inputDetails: "", output: "", outputDetails: "" }

/** Vectors in the order of the inputs, whatever the order of the answer. */
export const fromEmbeddings = (body: Wire, model: string, inputs: number): ProviderEmbedResponse => {
  const data = list(body["data"])
  const vectors: Array<Float32Array> = []
  data.forEach((entry, position) => {
    vectors[count(entry["index"]) ?? position] = vectorOf(entry["embedding"])
  })
  const dimensions = vectors[0]?.length ?? 0
  if (vectors.length !== inputs || !vectors.every((vector) => vector?.length === dimensions && dimensions > 0)) {
    const message = `the answer holds ${vectors.length} usable embeddings for ${inputs} inputs`
    throw LlmError.make({ _tag: "InvalidResponse", message })
  }
  return { vectors, dimensions, model: string(body["model"]) ?? model, usage: usageOf(body["usage"], names) }
}

/** Little-endian float32 as base64, which is what is asked for; or plain numbers, from servers that do not know it. */
const vectorOf = (value: unknown): Float32Array => {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "base64")
    const vector = new Float32Array(Math.floor(bytes.length / 4))
    for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatLE(i * 4)
    return vector
  }
  return Array.isArray(value) ? Float32Array.from(value, Number) : new Float32Array(0)
}
