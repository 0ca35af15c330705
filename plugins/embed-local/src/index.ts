export { hashEmbedder, type HashEmbedderOptions, layerHashEmbedder } from "./HashEmbedder.ts"
export { type LocalProviderOptions, makeLocalProvider } from "./LocalProvider.ts"
export { embedLocal, plugin } from "./plugin.ts"
export { layerWordsEmbedder, loadWordsEmbedder, type WordsEmbedderOptions } from "./WordsEmbedder.ts"
