import type { StreamPart } from "@switchyard/core"

type Kind = "text" | "reasoning"

interface ToolInput {
  readonly name: string
  text: string
  open: boolean
}

/** What has been seen of one attempt; a `restart` begins another. */
class Attempt {
  started = false
  finished = false
  readonly open = new Map<string, Kind>()
  readonly inputs = new Map<string, ToolInput>()
  readonly calls = new Set<string>()
}

/** Collects what is wrong, each with the position of the part. */
class Checker {
  readonly problems: Array<string> = []
  #attempt = new Attempt()
  #index = 0

  see(part: StreamPart): void {
    const index = this.#index++
    const say = (problem: string) => void this.problems.push(`part ${index} (${part.type}): ${problem}`)
    if (part.type === "restart") {
      this.#attempt = new Attempt()
      return
    }
    this.#order(part, say)
    this.#piece(part, say)
    this.#tool(part, say)
  }

  end(): ReadonlyArray<string> {
    if (!this.#attempt.started && this.#index === 0) return ["the stream has no parts"]
    if (!this.#attempt.finished) this.problems.push("the stream ends without a finish")
    return this.problems
  }

  #order(part: StreamPart, say: (problem: string) => void): void {
    const attempt = this.#attempt
    if (part.type === "stream-start") {
      if (attempt.started) say("comes a second time, or not first")
    } else if (!attempt.started) say("comes before stream-start")
    attempt.started = true
    if (attempt.finished) say(part.type === "finish" ? "comes a second time" : "comes after finish")
    if (part.type !== "finish") return
    attempt.finished = true
    for (const [key, kind] of attempt.open) say(`${kind} "${key.slice(kind.length + 1)}" is still open`)
    for (const [id, input] of attempt.inputs) {
      if (input.open) say(`tool-input "${id}" is still open`)
      else if (!attempt.calls.has(id)) say(`tool-input "${id}" has no whole tool-call`)
    }
  }

  #piece(part: StreamPart, say: (problem: string) => void): void {
    const match = /^(text|reasoning)-(start|delta|end)$/.exec(part.type)
    if (match === null || !("id" in part)) return
    const kind: Kind = match[1] === "text" ? "text" : "reasoning"
    const key = `${kind} ${String(part.id)}`
    const open = this.#attempt.open.has(key)
    if (match[2] === "start") {
      if (open) say(`id "${part.id}" is open already`)
      this.#attempt.open.set(key, kind)
    } else if (!open) say(`id "${part.id}" is not open`)
    if (match[2] === "end") this.#attempt.open.delete(key)
  }

  #tool(part: StreamPart, say: (problem: string) => void): void {
    const { inputs, calls } = this.#attempt
    if (part.type === "tool-input-start") {
      if (inputs.has(part.id)) say(`id "${part.id}" was used before`)
      if (calls.has(part.id)) say(`comes after the tool-call "${part.id}"`)
      inputs.set(part.id, { name: part.name, text: "", open: true })
    } else if (part.type === "tool-input-delta" || part.type === "tool-input-end") {
      const input = inputs.get(part.id)
      if (input === undefined || !input.open) return say(`id "${part.id}" is not open`)
      if (part.type === "tool-input-delta") input.text += part.text
      else input.open = false
    } else if (part.type === "tool-call") {
      if (calls.has(part.id)) say(`id "${part.id}" was used before`)
      calls.add(part.id)
      const input = inputs.get(part.id)
      if (input === undefined) return
      if (input.open) say(`comes before the end of tool-input "${part.id}"`)
      if (input.name !== part.name) say(`is named "${part.name}", its tool-input "${input.name}"`)
      if (input.text !== "" && input.text !== part.inputText) say(`its input differs from the one that was streamed`)
    }
  }
}

/**
 * What is wrong with the order of a stream's parts; empty when nothing is. The grammar: `stream-start` first and once;
 * text, reasoning and tool input as start, delta…, end, with ids unique among the open ones and all closed before the
 * finish; each tool input followed by its whole `tool-call`; `finish` once and last. `restart` begins anew.
 */
export const checkGrammar = (parts: Iterable<StreamPart>): ReadonlyArray<string> => {
  const checker = new Checker()
  for (const part of parts) checker.see(part)
  return checker.end()
}
