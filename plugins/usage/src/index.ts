export {
  Budget,
  type BudgetAlert,
  type BudgetPeriod,
  budgetPeriods,
  type BudgetStatus,
  type BudgetUnit,
} from "./Budget.ts"
export { type Ledger, type LedgerOptions, makeLedger, readUsage } from "./Ledger.ts"
export { makeUsage } from "./makeUsage.ts"
export { optionNames, type Options, RateLimit, UsageOptions } from "./Options.ts"
export { usage, usage as plugin } from "./plugin.ts"
export { makeUsageHandle, type UsageHandle } from "./UsageHandle.ts"
export type { UsageBasis, UsageEntry, UsageOutcome, UsageRecord } from "./UsageRecord.ts"
export {
  usageCsv,
  type UsageDimension,
  usageDimensions,
  type UsageQuery,
  type UsageSum,
  usageTable,
} from "./UsageStats.ts"
export { type BudgetSubject, UsageTracker } from "./UsageTracker.ts"
export { type BilledUsage, type CostBreakdown, type CostResult, costOf, parseUsage } from "./Cost.ts"
export { type ModelName, modelName, type Vendor } from "./ModelNames.ts"
export {
  type CostOptions,
  type FoundPrice,
  makeModelCatalog,
  makePriceCatalogue,
  type PriceCatalogue,
  PriceCatalogueOptions,
  type PriceStamp,
  Rate,
  Rates,
} from "./PriceCatalogue.ts"
export {
  type Calibration,
  type Countable,
  type Counted,
  makeTokenCounter,
  type TextCount,
  TokenCounterOptions,
  type UsageTokenCounter,
} from "./TokenCounter.ts"
