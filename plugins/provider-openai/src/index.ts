export { openai, openai as plugin } from "./plugin.ts"
