export { judgeNames } from "./AgentValidators.ts"
export {
  type Agreement,
  calibrateJudge,
  type Calibration,
  type CalibrationOptions,
  fitThreshold,
  type Labelled,
} from "./Calibration.ts"
export { validateAgent, validateAgent as plugin } from "./plugin.ts"
