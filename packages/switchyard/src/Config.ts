import type { Routes } from "@switchyard/core"
import type { ReadyPlugin } from "./Switchyard.ts"

/** What `switchyard.config.*` exports, and what the CLI and the gateway load. */
export interface SwitchyardConfig {
  readonly plugins: ReadonlyArray<ReadyPlugin>
  readonly routes?: Routes
}

/** Types for a config file: `export default defineConfig({ plugins: [openai()] })`. */
export const defineConfig = (config: SwitchyardConfig): SwitchyardConfig => config
