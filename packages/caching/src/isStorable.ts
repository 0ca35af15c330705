import type { LlmResponse } from "@switchyard/core"

/** Whole and meant so: not cut at a limit, not filtered, not empty. What calls tools is whole too. */
export const isStorable = ({ finish, content, verdict }: LlmResponse): boolean =>
  (finish.unified === "stop" || finish.unified === "tool-calls") && content.length > 0 && verdict?.ok !== false
