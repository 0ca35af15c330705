import { createContext, Script } from "node:vm"
import { newestPattern } from "./BoundedRegExp.ts"

// The watchdog ends everything that runs below the script, regular expressions included: nothing else in JavaScript can
// do that in the same thread. There is one context for all, which holds nothing but the work of the moment.
const globals: { work: (() => void) | undefined } = { work: undefined }
const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } })
const script = new Script("work()")

/** Patterns may take this long on one answer, in ms, and a little more on a long one. */
const baseMs = 100
const charsPerMs = 5_000

/** The patterns of a user took too long, so nothing is known. */
export class PatternTooSlow extends Error {
  override readonly name = "PatternTooSlow"
}

/** The time that all patterns together may take on one answer. It is real time: a stopped clock stops no pattern. */
export class TimeBudget {
  private readonly ms: number
  private left: number

  /** `chars`: the answer's length in UTF-16 units. */
  constructor(chars: number) {
    this.ms = baseMs + Math.floor(chars / charsPerMs)
    this.left = this.ms
  }

  /** Runs synchronous work. Throws `PatternTooSlow` when the time is over; the work must leave nothing half done. */
  run<A>(work: () => A): A {
    if (this.left < 1) throw this.tooSlow()
    const started = performance.now()
    try {
      // A busy machine can make anything slow once, so it is tried again with more.
      for (const ms of [this.left, 2 * this.ms, 4 * this.ms]) {
        const result = limited(ms, work)
        if ("value" in result) return result.value
      }
      this.left = 0
      throw this.tooSlow()
    } finally {
      this.left -= performance.now() - started
    }
  }

  private tooSlow(): PatternTooSlow {
    return new PatternTooSlow(`the patterns took more than ${this.ms} ms, at last ${newestPattern().slice(0, 200)}`)
  }
}

const limited = <A>(ms: number, work: () => A): { readonly value: A } | { readonly timedOut: true } => {
  let result: { readonly value: A } | { readonly timedOut: true } = { timedOut: true }
  const before = globals.work
  globals.work = () => {
    result = { value: work() }
  }
  try {
    script.runInContext(context, { timeout: Math.max(1, Math.ceil(ms)) })
    return result
  } catch (error) {
    // The error is of the other context, so instanceof does not know it.
    if (typeof error === "object" && error !== null && "code" in error && error.code === timedOut) return result
    throw error
  } finally {
    globals.work = before
  }
}

const timedOut = "ERR_SCRIPT_EXECUTION_TIMEOUT"
