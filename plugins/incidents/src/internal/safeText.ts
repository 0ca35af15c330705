import type { LlmRequest } from "@switchyard/core"
import { clean, withoutQuotes, withoutSecrets } from "./clean.ts"

const longest = 500

/** Every text in a value, as far as it is one of a request. */
const textsIn = (value: unknown, depth = 0): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || depth > 12) return []
  return Object.entries(value).flatMap(([key, inner]) => (names.has(key) ? [] : textsIn(inner, depth + 1)))
}

/** Fields whose values are words of the protocol and no prompt. */
const names: ReadonlySet<string> = new Set(["type", "role", "mediaType", "base64", "bytes"])

/**
 * What may be kept of a failure's message: no keys, nothing that was sent in headers or provider data, and unless prompts
 * may be kept, nothing that it quotes of the request. Where the request is not known, the message is left out.
 */
export const safeText = (message: string, request: LlmRequest | undefined, promptsAllowed: boolean): string => {
  if (request === undefined) return "(left out: it might quote what was sent)"
  const secrets = [...textsIn(request.headers), ...textsIn(request.providerData)]
  const cut = withoutSecrets(message.slice(0, longest * 4), secrets)
  if (promptsAllowed) return clean(cut, longest)
  return clean(withoutQuotes(cut.slice(0, longest * 2), textsIn([request.messages, request.output ?? ""])), longest)
}

/** The beginning of the last thing that a user said. */
export const promptOf = (request: LlmRequest, chars: number): string | undefined => {
  const last = request.messages.findLast(({ role }) => role === "user")
  if (last === undefined) return undefined
  const secrets = [...textsIn(request.headers), ...textsIn(request.providerData)]
  return clean(withoutSecrets(textsIn(last.content).join(" "), secrets), chars)
}
