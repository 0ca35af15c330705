export * from "./Config.ts"
export * from "./errors.ts"
export * from "./loadConfig.ts"
export type { ResponseStream } from "./ResponseStream.ts"
export {
  type CallOptions,
  createSwitchyard,
  type ReadyPlugin,
  type Switchyard,
  type SwitchyardOptions,
} from "./Switchyard.ts"
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
