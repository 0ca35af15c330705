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

const freeze = (value: unknown): void => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const field of Object.values(value)) freeze(field)
}

/** The answer as it is kept: nobody who got it can change it afterwards. */
export const ownCopy = (response: ProviderResponse): ProviderResponse => {
  const copy = structuredClone(answerOf(response))
  freeze(copy)
  return copy
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
