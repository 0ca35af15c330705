export { claudeMax, claudeMax as plugin } from "./plugin.ts"
