import * as Schema from "effect/Schema"

/** Why an answer ended: one word that all providers share, and the provider's own. */
export const Finish = Schema.Struct({
  unified: Schema.Literals(["stop", "length", "content-filter", "tool-calls", "pause", "error", "other", "unknown"]),
  raw: Schema.optionalKey(Schema.String),
})
export interface Finish extends Schema.Schema.Type<typeof Finish> {}

/** Something that was asked for and could not be honoured, or that the user should know. `setting` names the request's field. */
export const Warning = Schema.Struct({
  type: Schema.Literals(["unsupported", "compatibility", "degraded", "other"]),
  message: Schema.String,
  setting: Schema.optionalKey(Schema.String),
})
export interface Warning extends Schema.Schema.Type<typeof Warning> {}
