import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { toUSVString } from "node:util"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Count } from "./encodings.ts"
import { hasLongRun, maxPiece } from "./longRun.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const unusable = (model: string, why: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: `tokenizers["${model}"]`, message: `tokenizers["${model}"] ${why}` },
    { operation: "compose" },
  )

const read = (model: string, path: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (cause) => unusable(model, `names ${path}, which cannot be read: ${String(cause)}; give a tokenizer.json`),
  }).pipe(
    Effect.flatMap((text) =>
      Effect.mapError(decode(text), () =>
        unusable(model, `names ${path}, which is no JSON object; give a tokenizer.json`),
      ),
    ),
  )

const library = (model: string) =>
  Effect.tryPromise({
    try: () => import("@huggingface/tokenizers"),
    catch: () => unusable(model, "needs @huggingface/tokenizers: install it with npm install @huggingface/tokenizers"),
  })

/**
 * A model's own tokenizer, from its `tokenizer.json` and, where one is beside it, `tokenizer_config.json`. Control tokens
 * that the model adds to a text are not counted. Fails with `InvalidRequest` and the field when it cannot be used.
 */
export const loadTokenizer = Effect.fnUntraced(function* (
  model: string,
  path: string,
): Effect.fn.Return<Count, LlmError> {
  const { Tokenizer } = yield* library(model)
  const json = yield* read(model, path)
  const config = yield* Effect.orElseSucceed(read(model, join(dirname(path), "tokenizer_config.json")), () => ({}))
  const tokenizer = yield* Effect.try({
    try: () => new Tokenizer(json, config),
    catch: (cause) => unusable(model, `names ${path}, which is no tokenizer that is known: ${String(cause)}`),
  })
  const count: Count = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length
  return (given) => {
    const text = toUSVString(given)
    if (!hasLongRun(text)) return count(text)
    return windows(text).reduce((sum, window) => sum + count(window), 0)
  }
})

/** Vocabularies differ in what they join, so a text with a long run is cut at blanks, and a run anywhere. */
const windows = (text: string): ReadonlyArray<string> =>
  text.match(new RegExp(`[^]{1,${maxPiece * 4}}(?=\\s)|[^]{1,${maxPiece * 4}}`, "gu")) ?? []
