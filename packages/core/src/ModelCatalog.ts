import * as Context from "effect/Context"
import type { ModelInfo } from "./ModelInfo.ts"
import type { Provider } from "./Provider.ts"
import type { Candidate } from "./RouteTrace.ts"

/** Capabilities, windows and prices of models: what routing, usage and budgets share. Data, never a call. */
export interface ModelCatalog {
  readonly describe: (candidate: Candidate, provider: Provider | undefined) => ModelInfo | undefined
}

/** Default: what the provider itself says. */
export const ModelCatalog = Context.Reference<ModelCatalog>("@switchyard/core/ModelCatalog", {
  defaultValue: () => ({ describe: (candidate, provider) => provider?.describe(candidate.model) }),
})
