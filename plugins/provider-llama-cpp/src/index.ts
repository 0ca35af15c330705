export {
  presets,
  type Gpu,
  type LlamaInstance,
  type ModelSpec,
  type Preset,
  type PresetName,
  type Sampling,
  type Template,
} from "./internal/models.ts"
export { makeLlamaCpp, type LlamaCppSettings } from "./LlamaCppProvider.ts"
export { llamaCpp, llamaCpp as plugin } from "./plugin.ts"
