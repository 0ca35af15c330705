export { CodeChecker, type CodeCheckerOptions, type CheckOptions } from "./CodeChecker.ts"
export type { CodeIssue, CodeReport } from "./CodeReport.ts"
export { validateCode, validateCode as plugin } from "./plugin.ts"
