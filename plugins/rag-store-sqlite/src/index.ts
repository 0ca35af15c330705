export * from "./plugin.ts"
export * from "./SqliteStore.ts"
