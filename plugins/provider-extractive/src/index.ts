export * from "./ExtractiveProvider.ts"
export * from "./plugin.ts"
