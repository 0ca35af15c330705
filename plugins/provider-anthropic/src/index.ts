export { type AnthropicSettings, makeAnthropic } from "./AnthropicProvider.ts"
export { anthropic, anthropic as plugin } from "./plugin.ts"
