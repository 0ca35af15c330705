import * as Schema from "effect/Schema"
import { ProviderData } from "./Json.ts"

const providerData = Schema.optionalKey(ProviderData)

/** Visible text. */
export const TextPart = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String, providerData })
export interface TextPart extends Schema.Schema.Type<typeof TextPart> {}

/** What the model thought. Signatures and encrypted reasoning travel in `providerData` and belong to the message's `origin`. */
export const ReasoningPart = Schema.Struct({ type: Schema.Literal("reasoning"), text: Schema.String, providerData })
export interface ReasoningPart extends Schema.Schema.Type<typeof ReasoningPart> {}

/** Where the content of a file is: in memory, as base64, at a URL, in a provider's file store (`ref`), or as plain text. */
export const FileSource = Schema.Union([
  Schema.Struct({ type: Schema.Literal("bytes"), bytes: Schema.Uint8Array }),
  Schema.Struct({ type: Schema.Literal("base64"), base64: Schema.String }),
  Schema.Struct({ type: Schema.Literal("url"), url: Schema.String }),
  Schema.Struct({ type: Schema.Literal("ref"), ref: Schema.String }),
  Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }),
])
export type FileSource = typeof FileSource.Type

/**
 * An image, a document or other media, in or out. A file with a `text` source is a passage of context: that is how
 * retrieved passages are attached to a question.
 */
export const FilePart = Schema.Struct({
  type: Schema.Literal("file"),
  mediaType: Schema.String,
  source: FileSource,
  filename: Schema.optionalKey(Schema.String),
  providerData,
})
export interface FilePart extends Schema.Schema.Type<typeof FilePart> {}

/** The model asks for a tool. `inputText` is exactly what the model wrote: it may be invalid JSON, and that is data. */
export const ToolCallPart = Schema.Struct({
  type: Schema.Literal("tool-call"),
  id: Schema.String,
  name: Schema.String,
  inputText: Schema.String,
  providerExecuted: Schema.optionalKey(Schema.Boolean),
  providerData,
})
export interface ToolCallPart extends Schema.Schema.Type<typeof ToolCallPart> {}

/** What a tool gave back, or why it did not. */
export const ToolOutput = Schema.Union([
  Schema.Struct({ type: Schema.Literals(["text", "error-text"]), value: Schema.String }),
  Schema.Struct({ type: Schema.Literals(["json", "error-json"]), value: Schema.Json }),
  Schema.Struct({ type: Schema.Literal("content"), value: Schema.Array(Schema.Union([TextPart, FilePart])) }),
  Schema.Struct({ type: Schema.Literal("denied"), reason: Schema.optionalKey(Schema.String) }),
])
export type ToolOutput = typeof ToolOutput.Type

/** The answer to the tool call with the same `id`. */
export const ToolResultPart = Schema.Struct({
  type: Schema.Literal("tool-result"),
  id: Schema.String,
  name: Schema.String,
  output: ToolOutput,
  providerExecuted: Schema.optionalKey(Schema.Boolean),
  providerData,
})
export interface ToolResultPart extends Schema.Schema.Type<typeof ToolResultPart> {}

/** A person must allow the tool call `toolCallId` before it runs. */
export const ApprovalRequestPart = Schema.Struct({
  type: Schema.Literal("approval-request"),
  id: Schema.String,
  toolCallId: Schema.String,
  providerData,
})
export interface ApprovalRequestPart extends Schema.Schema.Type<typeof ApprovalRequestPart> {}

/** The person's answer to the approval request with the same `id`. */
export const ApprovalResponsePart = Schema.Struct({
  type: Schema.Literal("approval-response"),
  id: Schema.String,
  approved: Schema.Boolean,
  reason: Schema.optionalKey(Schema.String),
  providerData,
})
export interface ApprovalResponsePart extends Schema.Schema.Type<typeof ApprovalResponsePart> {}

/** What an answer rests on. `start`, `end`: UTF-16 positions in the source text, `end` exclusive; `line` counts from 1. */
export const Source = Schema.Union([
  Schema.Struct({ type: Schema.Literal("url"), url: Schema.String, title: Schema.optionalKey(Schema.String) }),
  Schema.Struct({
    type: Schema.Literal("document"),
    title: Schema.String,
    mediaType: Schema.optionalKey(Schema.String),
    text: Schema.optionalKey(Schema.String),
    start: Schema.optionalKey(Schema.Natural),
    end: Schema.optionalKey(Schema.Natural),
    line: Schema.optionalKey(Schema.Natural),
  }),
])
export type Source = typeof Source.Type

/** A citation. */
export const SourcePart = Schema.Struct({
  type: Schema.Literal("source"),
  id: Schema.String,
  source: Source,
  providerData,
})
export interface SourcePart extends Schema.Schema.Type<typeof SourcePart> {}

/** Content that only one provider knows; `kind` names it and `providerData` carries it. */
export const CustomPart = Schema.Struct({ type: Schema.Literal("custom"), kind: Schema.String, providerData })
export interface CustomPart extends Schema.Schema.Type<typeof CustomPart> {}

/** One piece of a message or of an answer. */
export const Part = Schema.Union([
  TextPart,
  ReasoningPart,
  FilePart,
  ToolCallPart,
  ToolResultPart,
  ApprovalRequestPart,
  ApprovalResponsePart,
  SourcePart,
  CustomPart,
])
export type Part = typeof Part.Type
