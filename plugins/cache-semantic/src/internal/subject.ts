import { canonicalRequest, type LlmRequest, requestHash, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { maxGuardedChars } from "../Guard.ts"

/** What of a request is compared by meaning, and within which walls. */
export interface Subject {
  readonly namespace: string
  readonly prompt: string
}

export interface Walls {
  readonly classes: Readonly<Record<string, string>>
  readonly shared: boolean
}

/** The text that is compared: the last message, where it is the user's and only text. */
export const promptOf = ({ messages }: LlmRequest): string | undefined => {
  const last = messages.at(-1)
  if (last?.role !== "user" || last.content.some(({ type }) => type !== "text")) return undefined
  const prompt = textOf(last.content)
  return prompt.trim() === "" || prompt.length > maxGuardedChars ? undefined : prompt
}

/**
 * Everything else must be the same to the letter: the messages before, tools, schema, settings, validators, the model or its
 * class; and the tenant.
 */
export const subjectOf = (
  request: LlmRequest,
  tenant: string | undefined,
  walls: Walls,
): Effect.Effect<Subject | undefined> => {
  const prompt = promptOf(request)
  if (prompt === undefined) return Effect.undefined
  const model = walls.classes[request.model] ?? request.model
  const rest: LlmRequest = { ...request, model, messages: request.messages.slice(0, -1) }
  const owner = walls.shared ? "*" : `t${encodeURIComponent(tenant ?? "")}`
  return Effect.map(hashOf(rest), (hash) => ({ namespace: `semantic/${owner}/${hash}`, prompt }))
}

const most = 128
const longest = 16_384
const hashes = new Map<string, string>()

/** Calls of one application differ in their last message only, so that the hash of all the rest is known. */
const hashOf = (rest: LlmRequest): Effect.Effect<string> => {
  const text = canonicalRequest(rest)
  const known = hashes.get(text)
  if (known !== undefined) return Effect.succeed(known)
  if (text.length > longest) return requestHash(rest)
  return Effect.map(requestHash(rest), (hash) => {
    if (hashes.size >= most) hashes.clear()
    hashes.set(text, hash)
    return hash
  })
}
