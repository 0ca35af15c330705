import type { StreamPart } from "@switchyard/core"
import { type Wire, count, object, string } from "@switchyard/transport/provider"

interface GrowingCall {
  readonly id: string
  readonly index: number | undefined
  name: string
  input: string
  /** Was it announced? For that its name is needed. */
  begun: boolean
}

/** The tool calls that a stream is writing, in the order in which they began. */
export class GrowingCalls {
  readonly #calls: Array<GrowingCall> = []

  /** One piece of a call. `begin` runs before a new one. */
  add(piece: Wire, begin: () => void, out: Array<StreamPart>): void {
    const wanted = object(piece["function"])
    const id = string(piece["id"]) || undefined
    const name = string(wanted["name"]) ?? ""
    const index = count(piece["index"])
    let call = this.#find(id, index, name)
    if (call === undefined) {
      begin()
      call = { id: id ?? `call_${this.#calls.length}`, index, name, input: "", begun: false }
      this.#calls.push(call)
    }
    if (call.name === "") call.name = name
    const text = string(wanted["arguments"]) ?? ""
    call.input += text
    if (call.begun && text !== "") out.push({ type: "tool-input-delta", id: call.id, text })
    else if (call.name !== "") announce(call, out)
  }

  /** The calls are whole. */
  end(out: Array<StreamPart>): void {
    for (const call of this.#calls) {
      announce(call, out)
      const { id, name, input } = call
      out.push({ type: "tool-input-end", id }, { type: "tool-call", id, name, inputText: input })
    }
  }

  /**
   * The call that a piece goes on with: the one of its index and id, else the last of its index; without an index the one
   * of its id, else the last one. An id and a name that are both new begin another call, even at an index that was used;
   * an id alone does not, as there are servers that make one up for each piece.
   */
  #find(id: string | undefined, index: number | undefined, name: string): GrowingCall | undefined {
    const near = index === undefined ? this.#calls : this.#calls.filter((call) => call.index === index)
    const known = id === undefined ? undefined : near.findLast((call) => call.id === id)
    if (known !== undefined) return known
    return id !== undefined && (name !== "" || index === undefined) ? undefined : near.at(-1)
  }
}

const announce = (call: GrowingCall, out: Array<StreamPart>): void => {
  if (call.begun) return
  call.begun = true
  const { id, name, input } = call
  out.push({ type: "tool-input-start", id, name })
  if (input !== "") out.push({ type: "tool-input-delta", id, text: input })
}
