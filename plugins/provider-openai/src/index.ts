export { makeOpenAi, type OpenAiSettings } from "./OpenAiProvider.ts"
export { openai, openai as plugin } from "./plugin.ts"
