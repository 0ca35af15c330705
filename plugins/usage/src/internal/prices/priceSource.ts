import { readFile } from "node:fs/promises"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { parsePriceList, type PriceList } from "./priceFile.ts"

/** Where newer prices come from. */
export type PriceSource = { readonly file: string } | { readonly url: string }

/** One read or download, in ms. */
const limitMs = 15_000
/** The published list is under 2 MB. */
const maxBytes = 20_000_000

const nameOf = (source: PriceSource): string => ("file" in source ? source.file : source.url)

const unusable = (source: PriceSource, why: string): LlmError =>
  LlmError.make({
    _tag: "PluginFailure",
    plugin: "@switchyard/usage",
    recovery: "none",
    message: `the price list ${nameOf(source)} ${why}; the prices that were known stay in use`,
  })

const tooLarge = new Error(`it is larger than ${maxBytes} bytes`)

const body = async (response: Response): Promise<string> => {
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the server answered ${response.status}`)
  }
  const decoder = new TextDecoder()
  let [text, bytes] = ["", 0]
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const load = async (source: PriceSource, signal: AbortSignal): Promise<string> => {
  if ("url" in source) return body(await fetch(source.url, { signal, redirect: "error" }))
  const text = await readFile(source.file, { encoding: "utf8", signal })
  if (text.length > maxBytes) throw tooLarge
  return text
}

/** Reads a price list and checks it. Fails with `PluginFailure` that says what is wrong with it. */
export const readPrices = (source: PriceSource): Effect.Effect<PriceList, LlmError> =>
  Effect.tryPromise({
    try: (signal) => load(source, signal),
    catch: (cause) => unusable(source, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`),
  }).pipe(
    Effect.timeoutOrElse({
      duration: limitMs,
      orElse: () => Effect.fail(unusable(source, `did not come within ${limitMs} ms`)),
    }),
    Effect.flatMap((text) =>
      Effect.mapError(parsePriceList(text), (error) =>
        unusable(source, `is wrong: ${error.message.replace(/\s+/g, " ").slice(0, 300)}`),
      ),
    ),
  )
