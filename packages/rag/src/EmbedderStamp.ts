import * as Schema from "effect/Schema"

/**
 * What made a vector. Vectors can be compared only when all three are equal, so each is kept with this beside it. `version`
 * changes when the same model begins to give other vectors.
 */
export const EmbedderStamp = Schema.Struct({
  /** `provider/model`. */
  id: Schema.NonEmptyString,
  version: Schema.NonEmptyString,
  dimensions: Schema.Int.check(Schema.isGreaterThan(0)),
})
export interface EmbedderStamp extends Schema.Schema.Type<typeof EmbedderStamp> {}

/** The stamp alone, without the functions of the embedder. */
export const stampOf = ({ id, version, dimensions }: EmbedderStamp): EmbedderStamp => ({ id, version, dimensions })

export const sameStamp = (a: EmbedderStamp, b: EmbedderStamp): boolean =>
  a.id === b.id && a.version === b.version && a.dimensions === b.dimensions

/** `local/words@1 (100 dimensions)`. */
export const stampName = ({ id, version, dimensions }: EmbedderStamp): string =>
  `${id}@${version} (${dimensions} dimensions)`
