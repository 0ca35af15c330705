import type { ProviderResponse } from "@switchyard/core"

/** Only what a provider's answer has: who asked, the route and the verdict stay with the call. */
const answerOf = ({ content, finish, usage, warnings, id, model, providerData }: ProviderResponse) => ({
  content,
  finish,
  usage,
  warnings,
  ...(id === undefined ? {} : { id }),
  model,
  ...(providerData === undefined ? {} : { providerData }),
})

/** Plain data, frozen on the way. */
const frozen = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return Object.freeze(value.map(frozen))
  const copy: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) {
    // Assigned, this one would set the prototype.
    if (key === "__proto__") Object.defineProperty(copy, key, { value: frozen(field), enumerable: true })
    else copy[key] = frozen(field)
  }
  return Object.freeze(copy)
}

/** The answer as it is kept: nobody who got it can change it afterwards. */
export const ownCopy = (response: ProviderResponse): ProviderResponse => {
  const copy = frozen(answerOf(response))
  return copy as ProviderResponse // the same values in the same places
}

/** The answer as it is handed out: parts of its own, so that a caller who changes a text changes only its own. */
export const handedOut = (kept: ProviderResponse): ProviderResponse => ({
  ...kept,
  content: kept.content.map((part) =>
    part.type === "file" && part.source.type === "bytes"
      ? { ...part, source: { ...part.source, bytes: part.source.bytes.slice() } }
      : { ...part },
  ),
})
