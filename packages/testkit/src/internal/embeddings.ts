import type { Exchange } from "./Exchange.ts"
import type { JsonObject } from "./Json.ts"

const defaultDimensions = 8

const unit = (vector: ReadonlyArray<number>): ReadonlyArray<number> => {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

/** A vector that depends on nothing but the text: character codes folded into its dimensions. */
const derived = (input: string, dimensions: number): ReadonlyArray<number> => {
  const vector = Array.from({ length: dimensions }, (_, index) => Math.cos(index + 1) / 10)
  for (const [position, point] of Array.from(input).entries()) {
    const slot = position % dimensions
    vector[slot] = (vector[slot] ?? 0) + Math.sin((point.codePointAt(0) ?? 0) * (position + 1))
  }
  return unit(vector)
}

/** `input` is a string, a list of strings, a list of token ids, or a list of those. */
const inputsOf = (input: unknown): ReadonlyArray<string> => {
  if (!Array.isArray(input)) return [String(input)]
  return typeof input[0] === "number" ? [input.join(",")] : input.map(String)
}

const vectorsOf = (exchange: Exchange): ReadonlyArray<ReadonlyArray<number>> => {
  const wanted = typeof exchange.request.dimensions === "number" ? exchange.request.dimensions : undefined
  const scripted = exchange.reply.embeddings
  if (!scripted) return inputsOf(exchange.request.input).map((input) => derived(input, wanted ?? defaultDimensions))
  // Shortened vectors are scaled back to unit length, as the vendor does.
  return scripted.map((vector) => (wanted && wanted < vector.length ? unit(vector.slice(0, wanted)) : vector))
}

const base64 = (vector: ReadonlyArray<number>): string => {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString("base64")
}

/** The list of embeddings, as numbers or as base64 of little-endian 32-bit floats. */
export const embeddingList = (exchange: Exchange): JsonObject => ({
  object: "list",
  data: vectorsOf(exchange).map((vector, index) => ({
    object: "embedding",
    index,
    embedding: exchange.request.encoding_format === "base64" ? base64(vector) : vector,
  })),
  model: exchange.model,
  ...(exchange.usage ? { usage: { prompt_tokens: exchange.usage.input, total_tokens: exchange.usage.input } } : {}),
  ...(exchange.reply.unknownFields ? { x_vendor_trace: { region: "eu-1" } } : {}),
})
