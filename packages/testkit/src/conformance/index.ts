export { checkGrammar } from "./checkGrammar.ts"
export { providerConformance } from "./providerConformance.ts"
export type {
  Ask,
  ConformanceUpstream,
  ProviderCapabilities,
  ProviderConformance,
  ProviderPlugin,
  Setting,
} from "./Suite.ts"
export type { WireName } from "./wires/index.ts"
