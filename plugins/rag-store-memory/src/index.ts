export { makeMemoryStore, type MemoryStore } from "./MemoryStore.ts"
export { MemoryStoreOptions } from "./MemoryStoreOptions.ts"
export { layerMemoryStore } from "./plugin.ts"
