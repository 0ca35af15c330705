/**
 * Names of the OpenTelemetry semantic conventions for generative AI, and ours where they have none. Status "Development":
 * they still change, so every name stands here and nowhere else.
 *
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai (spans, metrics); text at v1.41.
 */
export const GenAi = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  finishReasons: "gen_ai.response.finish_reasons",
  stream: "gen_ai.request.stream",
  maxTokens: "gen_ai.request.max_tokens",
  temperature: "gen_ai.request.temperature",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  tokenType: "gen_ai.token.type",
  errorType: "error.type",
  tokenUsageMetric: "gen_ai.client.token.usage",
  durationMetric: "gen_ai.client.operation.duration",
  callId: "switchyard.call.id",
  attempts: "switchyard.call.attempts",
  strategy: "switchyard.route.strategy",
  cache: "switchyard.cache",
} as const
