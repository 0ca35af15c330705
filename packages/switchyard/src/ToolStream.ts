import type { ToolRun } from "@switchyard/tools"
import { ResponseStream, type Source } from "./ResponseStream.ts"

/** A run with tools as it comes: the parts of every step with the tools' results between. `run()` says how it went. */
export class ToolStream extends ResponseStream {
  #run: ToolRun | undefined

  constructor(open: (onEnd: (run: ToolRun) => void) => Promise<Source>, signal: AbortSignal | undefined) {
    super(
      () =>
        open((run) => {
          this.#run = run
        }),
      signal,
    )
  }

  /** Why the run ended, its steps, its messages: after reading it, or instead of reading it. */
  async run(): Promise<ToolRun> {
    await this.response()
    if (this.#run === undefined) throw new TypeError("the run ended without a result")
    return this.#run
  }
}
