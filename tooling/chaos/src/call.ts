import { SwitchyardError, type Switchyard, textOf } from "switchyard"

/** How one call ended. `broken` says which promise it broke. */
export interface Ended {
  readonly outcome: "answered" | "failed" | "cancelled"
  readonly reason?: string
  readonly ms: number
  readonly attempts: number
  readonly broken?: string
}

export interface Asked {
  readonly prompt: string
  /** What the whole answer must be, byte by byte. */
  readonly expected: string
  readonly mode: "generate" | "fail" | "hold" | "restart"
  readonly deadlineMs: number
  /** Leaves the call after so many ms. */
  readonly leaveAfterMs: number | undefined
}

/** A deadline may be overshot by this much: 200 calls share two cores with the servers that they call. */
const graceMs = 500

/** Makes one call and holds it to what is promised: it ends in time, with the exact answer or a typed error. */
export const makeCall = async (switchyard: Switchyard, asked: Asked): Promise<Ended> => {
  const began = performance.now()
  const ended = await outcomeOf(switchyard, asked)
  const ms = performance.now() - began
  const late = ms > asked.deadlineMs + graceMs ? `it took ${Math.round(ms)} ms of ${asked.deadlineMs}` : undefined
  const broken = ended.broken ?? late
  return { ...ended, ms, ...(broken === undefined ? {} : { broken }) }
}

type Outcome = Omit<Ended, "ms">

const outcomeOf = async (switchyard: Switchyard, asked: Asked): Promise<Outcome> => {
  const controller = new AbortController()
  const timer =
    asked.leaveAfterMs === undefined ? undefined : setTimeout(() => controller.abort("left"), asked.leaveAfterMs)
  try {
    return await read(switchyard, asked, controller.signal)
  } catch (error) {
    if (error === "left") return { outcome: "cancelled", attempts: 0 }
    if (error instanceof SwitchyardError) {
      const attempts = error.route?.attempts.length ?? 0
      return { outcome: "failed", reason: error.reason._tag, attempts }
    }
    return { outcome: "failed", attempts: 0, broken: `an error without a type: ${String(error)}` }
  } finally {
    clearTimeout(timer)
  }
}

const read = async (switchyard: Switchyard, asked: Asked, signal: AbortSignal): Promise<Outcome> => {
  const { prompt, mode, deadlineMs, expected } = asked
  const policy = { deadline: deadlineMs, ...(mode === "generate" ? {} : { stream: mode }) }
  const request = { model: "auto", prompt, policy }
  if (mode === "generate") {
    const response = await switchyard.generate(request, { signal })
    return judged(textOf(response.content), expected, response.route.attempts.length)
  }
  let shown = ""
  let attempts = 0
  let finished = false
  for await (const part of switchyard.stream(request, { signal })) {
    if (part.type === "text-delta") shown += part.text
    else if (part.type === "restart") shown = ""
    else if (part.type === "finish") {
      finished = true
      attempts = part.route?.attempts.length ?? 0
    }
  }
  if (!finished) return { outcome: "answered", attempts, broken: "the stream ended without its finish" }
  return judged(shown, expected, attempts)
}

const judged = (shown: string, expected: string, attempts: number): Outcome =>
  shown === expected
    ? { outcome: "answered", attempts }
    : {
        outcome: "answered",
        attempts,
        broken: `not the exact answer: ${shown.length} of ${expected.length} characters`,
      }
