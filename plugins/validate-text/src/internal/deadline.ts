import { createContext, Script } from "node:vm"

/** Work that was ended by its deadline. */
export const outOfTime: unique symbol = Symbol("out of time")

// The watchdog ends everything that runs below the script, regexes included: nothing else in JavaScript can do that in
// the same thread. The context holds nothing but the work of the moment.
const globals: { work: (() => void) | undefined } = { work: undefined }
const context = createContext(globals, { codeGeneration: { strings: false, wasm: false } })
const script = new Script("work()")

/** Runs synchronous work for at most `ms`. It must leave nothing half done behind that anyone reads afterwards. */
export const withDeadline = <A>(ms: number, work: () => A): A | typeof outOfTime => {
  let result: A | typeof outOfTime = outOfTime
  const before = globals.work
  globals.work = () => {
    result = work()
  }
  try {
    script.runInContext(context, { timeout: ms })
    return result
  } catch (error) {
    // The error is of the other context, so instanceof does not know it.
    if (typeof error === "object" && error !== null && "code" in error && error.code === timedOut) return outOfTime
    throw error
  } finally {
    globals.work = before
  }
}

const timedOut = "ERR_SCRIPT_EXECUTION_TIMEOUT"
