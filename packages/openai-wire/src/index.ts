export { makeOpenAi, type OpenAiSettings } from "./OpenAiProvider.ts"
