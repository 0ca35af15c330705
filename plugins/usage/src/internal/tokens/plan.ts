import * as Effect from "effect/Effect"
import { type ModelName, modelName } from "../../ModelNames.ts"
import { encodingOf } from "./encodingOf.ts"
import { type Count, type EncodingName, loadedVocabulary, loadVocabulary, type VocabularyName } from "./encodings.ts"

/** What a model's texts are counted with. */
export interface Plan {
  readonly model: ModelName
  /** From a user's `tokenizer.json`. */
  readonly own?: Count
  readonly vocabulary: VocabularyName
  /** The vocabulary is the model's own. */
  readonly exact: boolean
}

/** What a user has said about models, by their ids in lower case. */
export interface Given {
  readonly tokenizers: ReadonlyMap<string, Count>
  readonly encodings: ReadonlyMap<string, EncodingName>
}

export const makePlan = (id: string, { encodings, tokenizers }: Given): Plan => {
  const model = modelName(id)
  const names = [id.toLowerCase(), model.path, model.name]
  const find = <T>(map: ReadonlyMap<string, T>): T | undefined =>
    names.map((name) => map.get(name)).find((found) => found !== undefined)
  const own = find(tokenizers)
  if (own !== undefined) return { model, own, vocabulary: "o200k_base", exact: true }
  const encoding = find(encodings) ?? encodingOf(model)
  if (encoding !== undefined) return { model, vocabulary: encoding, exact: true }
  return { model, vocabulary: model.vendor === "anthropic" ? "claude" : "o200k_base", exact: false }
}

/** A vocabulary that cannot be loaded leaves estimates. */
export const load = (name: VocabularyName): Effect.Effect<void> =>
  Effect.ignore(Effect.tryPromise(() => loadVocabulary(name)))

export const isLoaded = ({ own, vocabulary }: Plan): boolean =>
  own !== undefined || loadedVocabulary(vocabulary) !== undefined
