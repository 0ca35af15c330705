export {
  type Algorithm,
  algorithms,
  type BreakpointRule,
  breakpointRules,
  ChunkingOptions,
  type Unit,
  units,
} from "./ChunkingOptions.ts"
export { contextualChunker, type ContextualOptions, type Contextualise } from "./ContextualChunker.ts"
export { lateVectors, type TokenVector } from "./lateVectors.ts"
export { chunking, semanticChunking } from "./plugin.ts"
export { type ChunkerOptions, makeChunker } from "./TextChunker.ts"
