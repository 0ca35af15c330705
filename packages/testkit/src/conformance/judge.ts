import { assert } from "@effect/vitest"
import { LlmError, type LlmResponse, type ReasonTag, type Warning } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { inspect } from "node:util"
import { secret } from "./Scene.ts"
import type { Wire } from "./wires/Wire.ts"

/** Every text that an error, or anything else, may end up as in a log or on a screen. */
const textsOf = (value: unknown): Readonly<Record<string, string>> => ({
  "String(…)": String(value),
  "JSON.stringify(…)": JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}` : each)) ?? "",
  "util.inspect(…)": inspect(value, { depth: 10, maxStringLength: null, maxArrayLength: null }),
  "its hidden properties": inspect(value, { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  ...(value instanceof Error
    ? { "its message": value.message, "its stack": value.stack ?? "", "its causes": causes(value) }
    : {}),
})

const causes = (error: Error): string => {
  const texts: Array<string> = []
  for (let current: unknown = error.cause; current instanceof Error; current = current.cause)
    texts.push(current.message)
  return texts.join("\n")
}

/** The key, or a part of it that is long enough to be one, nowhere in what can be shown of a value. */
export const assertNoSecret = (value: unknown, what: string, hidden = secret): void => {
  const tail = hidden.slice(-16)
  for (const [where, text] of Object.entries(textsOf(value))) {
    assert.notInclude(text, hidden, `${what}: the API key is in ${where}`)
    assert.notInclude(text, tail, `${what}: the end of the API key is in ${where}`)
  }
}

/** The failure of a call that must fail with an `LlmError` which says where, and holds no secret. */
export const failure = <A>(call: Effect.Effect<A, unknown>): Effect.Effect<LlmError> =>
  Effect.map(Effect.exit(call), (exit) => {
    if (Exit.isSuccess(exit)) assert.fail(`a failure was expected, but the call succeeded: ${inspect(exit.value)}`)
    assert.isFalse(Cause.hasDies(exit.cause), `it died: ${Cause.pretty(exit.cause)}`)
    const error = Exit.findErrorOption(exit)
    const value: unknown = error._tag === "Some" ? error.value : undefined
    if (!(value instanceof LlmError)) assert.fail(`an LlmError was expected, not ${inspect(value)}`)
    assertNoSecret(value, "the failure")
    assertNoSecret(Cause.pretty(exit.cause), "the failure's cause")
    // The deadline of a call is the kernel's: it may pass before a provider is chosen.
    const deadline = value.reason._tag === "Timeout" && value.reason.phase === "call"
    if (!deadline) assert.isDefined(value.context.provider, "the failure names its provider")
    assert.isAbove(value.reason.message.trim().length, 0, "the failure says what happened")
    return value
  })

/** The reason is one of these. */
export const assertReason = (error: LlmError, ...tags: ReadonlyArray<ReasonTag>): void =>
  assert.include(tags, error.reason._tag, `the reason of: ${error.message}`)

/** Truncated, with something in `partial`; what cut it is one of these. */
export const assertTruncated = (error: LlmError, ...because: ReadonlyArray<ReasonTag>): void => {
  const { reason } = error
  if (reason._tag !== "Truncated") assert.fail(`Truncated was expected, not ${reason._tag}: ${error.message}`)
  assert.isAbove(reason.partial.content.length, 0, "what had arrived is in reason.partial")
  assert.notStrictEqual(error.recovery, "none", "another candidate may answer")
  if (because.length === 0) return
  assert.include(because, reason.because?._tag, `what cut the answer, in reason.because, of: ${error.message}`)
}

export const warningsOf = (warnings: ReadonlyArray<Warning>, setting: string): ReadonlyArray<Warning> =>
  warnings.filter((warning) => warning.setting === setting)

/** A promise of which the test waits for no longer than two seconds. */
export const soon = <A>(what: string, promise: () => Promise<A>): Effect.Effect<A> =>
  Effect.timeoutOrElse(Effect.promise(promise), {
    duration: 2000,
    orElse: () => Effect.sync(() => assert.fail(`${what} did not happen within 2 s`)),
  })

/** A response without its route, which carries times. */
export const withoutTrace = ({ route, ...response }: LlmResponse) => {
  assert.isAbove(route.attempts.length, 0, "the trace holds the attempt")
  return response
}

/** A tool's input as it arrives: a wire of JSON objects keeps what it means, and the text of what is no JSON. */
export const inputOn = ({ toolInput }: Wire, inputText: string): string => {
  if (toolInput === "text") return inputText
  try {
    return JSON.stringify(JSON.parse(inputText))
  } catch {
    return inputText
  }
}
