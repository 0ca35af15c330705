import type { Message, ToolCallPart, ToolResultPart } from "@switchyard/core"

/** Ids and names of other vendors may hold what this one refuses. */
export const safe = (name: string): string => name.replace(/[^a-zA-Z0-9_-]/g, "_")

type Named = Pick<ToolCallPart | ToolResultPart, "id" | "name">

const idsIn = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.flatMap(({ content }) =>
    typeof content === "string"
      ? []
      : content.flatMap((part) => (part.type === "tool-call" || part.type === "tool-result" ? [part.id] : [])),
  )

/**
 * What the tool calls of one conversation are called on the wire. An id that the API takes stays as it is; others are
 * spelled anew, two never alike. A call without an id is numbered, so that it is called the same in every later request;
 * a result without one belongs to the first such call of its tool that has no result yet.
 */
export class CallIds {
  readonly #known = new Map<string, string>()
  readonly #taken: Set<string>
  readonly #waiting: Array<{ readonly name: string; readonly id: string }> = []
  #unnamed = 0

  constructor(messages: ReadonlyArray<Message>) {
    this.#taken = new Set(idsIn(messages).filter((id) => id !== "" && safe(id) === id))
  }

  ofCall({ id, name }: Named): string {
    if (id !== "") return this.#spell(id)
    const made = this.#free(`call_${++this.#unnamed}`)
    this.#waiting.push({ name, id: made })
    return made
  }

  ofResult({ id, name }: Named): string {
    if (id !== "") return this.#spell(id)
    const own = this.#waiting.findIndex((call) => call.name === name)
    const [call] = this.#waiting.splice(Math.max(own, 0), 1)
    return call?.id ?? this.#free(`call_${++this.#unnamed}`)
  }

  #spell(id: string): string {
    const spelled = safe(id)
    if (spelled === id) return id
    const known = this.#known.get(id) ?? this.#free(spelled)
    this.#known.set(id, known)
    return known
  }

  #free(wanted: string): string {
    let id = wanted
    for (let copy = 2; this.#taken.has(id); copy++) id = `${wanted}_${copy}`
    this.#taken.add(id)
    return id
  }
}
