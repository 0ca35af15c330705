import OpenAI from "openai"
import type { Upstream } from "../src/index.ts"

/** The official client as a provider plugin uses it: no retries of its own, the global `fetch`. */
export const makeClient = (upstream: Upstream, apiKey = "sk-test"): OpenAI =>
  new OpenAI({ apiKey, baseURL: upstream.baseURL, maxRetries: 0, timeout: 10_000, logLevel: "off" })

export const collect = async <T>(stream: AsyncIterable<T>): Promise<ReadonlyArray<T>> => {
  const items: Array<T> = []
  for await (const item of stream) items.push(item)
  return items
}

/** What arrived before the stream failed, and the failure; `undefined` when it ended cleanly. */
export const drain = async <T>(stream: AsyncIterable<T>): Promise<{ items: ReadonlyArray<T>; failure: unknown }> => {
  const items: Array<T> = []
  try {
    for await (const item of stream) items.push(item)
    return { items, failure: undefined }
  } catch (failure) {
    return { items, failure }
  }
}

export const question = { model: "test-model", messages: [{ role: "user" as const, content: "Hi" }] }
export const asked = { model: "test-model", input: "Hi" }
