export {
  type BreakerSettings,
  type BreakerState,
  type BreakerStatus,
  type BreakerWorld,
  defaultBreaker,
  type Permit,
  type Transition,
  type WindowSettings,
} from "./Breaker.ts"
export { CircuitBreaker } from "./CircuitBreaker.ts"
export { type MadeFailover, makeFailover } from "./Failover.ts"
export {
  FailoverControl,
  type FailoverHandle,
  makeFailoverHandle,
  type ModelStatus,
  type ModelTransition,
} from "./FailoverControl.ts"
export { FailoverOptions } from "./Options.ts"
export { failover, failover as plugin } from "./plugin.ts"
