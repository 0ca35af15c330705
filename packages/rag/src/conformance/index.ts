export type { StoreCapabilities, StoreConformance } from "./Suite.ts"
export { vectorStoreConformance } from "./vectorStoreConformance.ts"
