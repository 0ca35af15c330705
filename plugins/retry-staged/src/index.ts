export type { AttemptRecord } from "./AttemptRecord.ts"
export { stagedRetry, stagedRetry as plugin } from "./plugin.ts"
