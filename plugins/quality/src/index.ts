export { type AlertOptions, type AlertSink, driftMetric, makeAlertSink, type WebhookOptions } from "./Alerts.ts"
export type { AssessOptions, CheckCode, Given } from "./Assess.ts"
export { Assessment, assessmentOf, Judgement, QualityIssue } from "./Assessment.ts"
export { type Direction, type Drift, type DriftAlert, type DriftOptions, makeDrift } from "./Drift.ts"
export {
  type Comparison,
  type Experiment,
  type ExperimentOptions,
  type ExperimentResult,
  makeExperiment,
  type Variant,
  type VariantResult,
} from "./Experiment.ts"
export {
  type FailureCluster,
  type FailureClusterOptions,
  type FailureClusters,
  type FailurePattern,
  makeFailureClusters,
} from "./FailureClusters.ts"
export {
  type Correction,
  type Feedback,
  type FeedbackInput,
  type FeedbackOptions,
  type FeedbackStatistics,
  makeFeedback,
  type Outcome,
  type RememberedAnswer,
  rewardOf,
} from "./Feedback.ts"
export { type Claim, type ClaimLabel, type Groundedness, groundedness, groundednessWith } from "./Groundedness.ts"
export type { Ask, JudgeOptions } from "./Judge.ts"
export { quality, quality as plugin } from "./plugin.ts"
export {
  type Answered,
  makeQuality,
  Quality,
  type QualityOptions,
  type QualityService,
  type TrialOptions,
} from "./Quality.ts"
export {
  makeStatistics,
  type MetricStatistics,
  type ModelStatistics,
  type Observation,
  type Statistics,
  type StatisticsOptions,
} from "./Statistics.ts"
