import * as Schema from "effect/Schema"
import { Part } from "./Part.ts"

/** One fault of an answer. `path` points into JSON; `start`/`end` are UTF-16 positions in the text; `suggestion` is for the model. */
export const Issue = Schema.Struct({
  validator: Schema.String,
  message: Schema.String,
  path: Schema.optionalKey(Schema.Array(Schema.Union([Schema.String, Schema.Natural]))),
  start: Schema.optionalKey(Schema.Natural),
  end: Schema.optionalKey(Schema.Natural),
  suggestion: Schema.optionalKey(Schema.String),
})
export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/**
 * What the validators say of an answer. `score` is 0..1. `repaired` replaces the answer's content when `ok`. `undecided`:
 * it is not `ok` because nobody could tell, and so the opposite does not hold either.
 */
export const Verdict = Schema.Struct({
  ok: Schema.Boolean,
  undecided: Schema.optionalKey(Schema.Boolean),
  score: Schema.Finite,
  issues: Schema.Array(Issue),
  repaired: Schema.optionalKey(Schema.Array(Part)),
})
export interface Verdict extends Schema.Schema.Type<typeof Verdict> {}
