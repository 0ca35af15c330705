import type { LanguageModelV4FinishReason } from "@ai-sdk/provider"
import type { Finish } from "@switchyard/core"
import { malformed } from "./form.ts"

const pauses: ReadonlySet<string> = new Set(["pause", "pause_turn"])

/** `other` without a raw word is how models say that none was given; a pause has no word of its own in the AI SDK. */
export const fromFinish = ({ unified, raw }: LanguageModelV4FinishReason): Finish => {
  if (typeof unified !== "string") throw malformed("its finishReason has no unified reason")
  const word = unified === "interrupted" || (unified === "other" && raw === undefined) ? "unknown" : unified
  if (raw === undefined) return { unified: word }
  return { unified: word === "other" && pauses.has(raw) ? "pause" : word, raw }
}

/** The inverse. */
export const toFinish = ({ unified, raw }: Finish): LanguageModelV4FinishReason => {
  if (unified === "pause") return { unified: "other", raw: raw !== undefined && pauses.has(raw) ? raw : "pause" }
  if (unified === "unknown") return { unified: "other", raw }
  return { unified, raw: unified === "other" ? (raw ?? "other") : raw }
}
