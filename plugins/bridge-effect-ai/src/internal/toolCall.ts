import { Tool } from "./ai.ts"

/**
 * The parameters of a tool call as effect/ai has them: the parsed JSON. No text at all is an empty object. Text that is no
 * JSON stays text: a tool's schema then refuses it, and the model hears of it like of any wrong parameters.
 */
export const paramsOf = (inputText: string): unknown => {
  if (inputText.trim() === "") return {}
  try {
    return Tool.unsafeSecureJsonParse(inputText)
  } catch {
    return inputText
  }
}

const written = (params: unknown): string => (params === undefined ? "" : (JSON.stringify(params) ?? ""))

/** The exact text, where the parameters alone do not give it back. */
export const exactText = (inputText: string, params: unknown): string | undefined =>
  written(params) === inputText ? undefined : inputText

/** The text of a call: the exact one while the parameters are still those it was written as. */
export const inputTextOf = (params: unknown, exact: string | undefined): string => {
  const text = written(params)
  return exact !== undefined && written(paramsOf(exact)) === text ? exact : text
}
