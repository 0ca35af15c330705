export * from "./callConfig.ts"
export * from "./Config.ts"
export * from "./errors.ts"
export * from "./loadConfig.ts"
export type { ObjectStream } from "./ObjectStream.ts"
export type { ResponseStream } from "./ResponseStream.ts"
export {
  type CallOptions,
  createSwitchyard,
  type ReadyPlugin,
  type Switchyard,
  type SwitchyardOptions,
  type ToolCallOptions,
} from "./Switchyard.ts"
export type { ToolStream } from "./ToolStream.ts"
export {
  type EmbedRequest,
  type EmbedResponse,
  type Explanation,
  type LlmRequestInput,
  type LlmResponse,
  type Message,
  type MessageInput,
  type Part,
  type RouteTrace,
  type StreamPart,
  textOf,
  type Usage,
  type Warning,
} from "@switchyard/core"
export {
  type AnySchema,
  type ApprovalCall,
  type ApprovalDecision,
  type DeepPartial,
  defineTool,
  type ObjectRequest,
  type ObjectResult,
  type Tool,
  type ToolContext,
  toolFailed,
  type ToolOptions,
  type ToolRun,
  type ToolStep,
  type TypeOf,
} from "@switchyard/tools"
