export * from "./plugin.ts"
export * from "./PostgresStore.ts"
export { PostgresStoreOptions } from "./PostgresStoreOptions.ts"
export type { VectorEngine } from "./internal/VectorEngine.ts"
