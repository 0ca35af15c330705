import * as Schema from "effect/Schema"
import { ProviderData } from "./Json.ts"

/** A tool that the model may call. `inputSchema` is JSON Schema (2020-12). */
export const FunctionTool = Schema.Struct({
  type: Schema.Literal("function"),
  name: Schema.String,
  description: Schema.optionalKey(Schema.String),
  inputSchema: Schema.JsonObject,
  strict: Schema.optionalKey(Schema.Boolean),
  providerData: Schema.optionalKey(ProviderData),
})
export interface FunctionTool extends Schema.Schema.Type<typeof FunctionTool> {}

/** A tool that the provider runs itself, such as web search: `id` is `provider.tool`, `args` are the provider's own. */
export const ProviderTool = Schema.Struct({
  type: Schema.Literal("provider"),
  id: Schema.String,
  args: Schema.optionalKey(Schema.JsonObject),
})
export interface ProviderTool extends Schema.Schema.Type<typeof ProviderTool> {}

export const Tool = Schema.Union([FunctionTool, ProviderTool])
export type Tool = typeof Tool.Type

/** May the model choose (`auto`), must it call some tool (`required`), none, or this one? */
export const ToolChoice = Schema.Union([
  Schema.Literals(["auto", "required", "none"]),
  Schema.Struct({ type: Schema.Literal("tool"), name: Schema.String }),
])
export type ToolChoice = typeof ToolChoice.Type
