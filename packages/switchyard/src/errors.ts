import {
  type ErrorContext,
  type HttpDetails,
  LlmError,
  type Reason,
  type ReasonTag,
  type Recovery,
  type RouteTrace,
} from "@switchyard/core"

/** Every failure of Switchyard outside Effect. `reason` holds the facts; each kind of reason has a class of its own below. */
export class SwitchyardError extends Error {
  override readonly name: string = "SwitchyardError"
  readonly reason: Reason
  readonly context: ErrorContext

  constructor(error: LlmError, message = error.message) {
    super(message)
    this.reason = error.reason
    this.context = error.context
    Object.defineProperty(this, "failure", { value: error, enumerable: false })
  }

  /** None: the request is wrong. Retry: the same again. Failover: the provider is ill, ask another. */
  get recovery(): Recovery {
    return LlmError.make(this.reason).recovery
  }

  /** How long the provider asks to wait, in ms. */
  get retryAfterMs(): number | undefined {
    return this.reason.retryAfterMs
  }

  get http(): HttpDetails | undefined {
    return this.reason.http
  }

  /** Every decision of the call up to its failure. */
  get route(): RouteTrace | undefined {
    return this.context.route
  }

  toJSON(): unknown {
    return { error: this.name, reason: this.reason._tag, message: this.message, context: this.context, http: this.http }
  }
}

/** The stack or its config is wrong: no call was made. */
export class ConfigurationError extends SwitchyardError {
  override readonly name = "ConfigurationError"

  constructor(error: LlmError) {
    // The kernel's advice for a wrong request does not fit a wrong stack.
    super(error, error.reason.message)
  }
}
export class RateLimitedError extends SwitchyardError {
  override readonly name = "RateLimitedError"
}
export class QuotaExhaustedError extends SwitchyardError {
  override readonly name = "QuotaExhaustedError"
}
export class UnauthorizedError extends SwitchyardError {
  override readonly name = "UnauthorizedError"
}
export class ForbiddenError extends SwitchyardError {
  override readonly name = "ForbiddenError"
}
export class ModelNotFoundError extends SwitchyardError {
  override readonly name = "ModelNotFoundError"
}
export class InvalidRequestError extends SwitchyardError {
  override readonly name = "InvalidRequestError"
}
export class ContextTooLongError extends SwitchyardError {
  override readonly name = "ContextTooLongError"
}
export class ContentFilteredError extends SwitchyardError {
  override readonly name = "ContentFilteredError"
}
export class UnsupportedError extends SwitchyardError {
  override readonly name = "UnsupportedError"
}
export class OverloadedError extends SwitchyardError {
  override readonly name = "OverloadedError"
}
export class ProviderInternalError extends SwitchyardError {
  override readonly name = "ProviderInternalError"
}
export class NetworkError extends SwitchyardError {
  override readonly name = "NetworkError"
}
export class TimeoutError extends SwitchyardError {
  override readonly name = "TimeoutError"
}
export class InvalidResponseError extends SwitchyardError {
  override readonly name = "InvalidResponseError"
}
export class EmptyResponseError extends SwitchyardError {
  override readonly name = "EmptyResponseError"
}
/** The answer was cut: `reason.partial` holds what came. */
export class TruncatedError extends SwitchyardError {
  override readonly name = "TruncatedError"
}
/** The validators rejected the answer: `reason.verdicts` says why. */
export class OutputInvalidError extends SwitchyardError {
  override readonly name = "OutputInvalidError"
}
export class ToolFailedError extends SwitchyardError {
  override readonly name = "ToolFailedError"
}
export class HumanReviewRequiredError extends SwitchyardError {
  override readonly name = "HumanReviewRequiredError"
}
export class BudgetExceededError extends SwitchyardError {
  override readonly name = "BudgetExceededError"
}
export class CircuitOpenError extends SwitchyardError {
  override readonly name = "CircuitOpenError"
}
export class NoRouteError extends SwitchyardError {
  override readonly name = "NoRouteError"
}
export class AllCandidatesFailedError extends SwitchyardError {
  override readonly name = "AllCandidatesFailedError"
}
/** A plugin for another kernel, or no plugin at all; the message says what to install or write. */
export class PluginIncompatibleError extends SwitchyardError {
  override readonly name = "PluginIncompatibleError"

  constructor(error: LlmError) {
    super(error, error.reason.message)
  }
}
export class PluginFailureError extends SwitchyardError {
  override readonly name = "PluginFailureError"
}

const classes: Readonly<Record<ReasonTag, new (error: LlmError) => SwitchyardError>> = {
  RateLimited: RateLimitedError,
  QuotaExhausted: QuotaExhaustedError,
  Unauthorized: UnauthorizedError,
  Forbidden: ForbiddenError,
  ModelNotFound: ModelNotFoundError,
  InvalidRequest: InvalidRequestError,
  ContextTooLong: ContextTooLongError,
  ContentFiltered: ContentFilteredError,
  Unsupported: UnsupportedError,
  Overloaded: OverloadedError,
  ProviderInternal: ProviderInternalError,
  Network: NetworkError,
  Timeout: TimeoutError,
  InvalidResponse: InvalidResponseError,
  EmptyResponse: EmptyResponseError,
  Truncated: TruncatedError,
  OutputInvalid: OutputInvalidError,
  ToolFailed: ToolFailedError,
  HumanReviewRequired: HumanReviewRequiredError,
  BudgetExceeded: BudgetExceededError,
  CircuitOpen: CircuitOpenError,
  NoRoute: NoRouteError,
  AllCandidatesFailed: AllCandidatesFailedError,
  PluginIncompatible: PluginIncompatibleError,
  PluginFailure: PluginFailureError,
}

/** The class that a failure belongs to. A wrong stack or config is a `ConfigurationError`, save for an unfit plugin. */
export const toSwitchyardError = (error: LlmError): SwitchyardError => {
  const { operation } = error.context
  const setUp = operation === "compose" || operation === "config"
  if (setUp && error.reason._tag === "InvalidRequest") return new ConfigurationError(error)
  return new classes[error.reason._tag](error)
}

/** What went wrong with a config, before any call. */
export const configurationError = (message: string): SwitchyardError =>
  new ConfigurationError(LlmError.make({ _tag: "InvalidRequest", field: "config", message }, { operation: "config" }))
