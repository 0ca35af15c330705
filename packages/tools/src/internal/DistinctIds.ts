import type { LlmResponse, Message, Part, StreamPart } from "@switchyard/core"

/** The calls that came under one id of the vendor's in one answer: our ids for them, in the order of the calls. */
interface Same {
  readonly ids: Array<string>
  /** How many of them have been written, called and answered in place. */
  written: number
  called: number
  answered: number
}

/**
 * Gives each call of a conversation an id of its own. Some servers repeat ids, within an answer or from answer to answer;
 * one approval, and one result, would then stand for two calls. The first call keeps its id, the next ones with it become
 * `id_2`, `id_3` and so on: characters that every vendor takes. Calls that the provider runs itself keep theirs.
 */
export class DistinctIds {
  /** The ids of the conversation up to this answer. */
  readonly #before: Set<string>
  /** Those of this answer. */
  readonly #here = new Set<string>()
  readonly #same = new Map<string, Same>()

  constructor(messages: ReadonlyArray<Message>) {
    this.#before = new Set(messages.flatMap(idsIn))
  }

  /** A new answer begins: what the last one said stands. */
  next(): void {
    for (const id of this.#here) this.#before.add(id)
    this.#forget()
  }

  /** An answer with ids of its own. */
  answer(response: LlmResponse): LlmResponse {
    return { ...response, content: response.content.map((part) => this.#content(part)) }
  }

  /** The same for the parts of a stream, as they come. */
  part(part: StreamPart): StreamPart {
    switch (part.type) {
      case "restart":
        this.#forget()
        return part
      case "tool-input-start":
        return part.providerExecuted === true ? part : named(part, this.#add(part.id))
      case "tool-input-delta":
        return named(part, this.#same.get(part.id)?.ids.at(-1))
      case "tool-input-end": {
        const same = this.#same.get(part.id)
        return named(part, same?.ids[same.written++])
      }
      case "tool-call":
      case "tool-result":
      case "approval-request":
        return this.#content(part)
      default:
        return part
    }
  }

  #content(part: Part): Part {
    switch (part.type) {
      case "tool-call": {
        if (part.providerExecuted === true) {
          this.#here.add(part.id)
          return part
        }
        const same = this.#same.get(part.id)
        return named(part, same?.ids[same.called++] ?? this.#called(part.id))
      }
      case "tool-result": {
        const same = part.providerExecuted === true ? undefined : this.#same.get(part.id)
        return named(part, same?.ids[same.answered++])
      }
      case "approval-request":
        return { ...part, toolCallId: this.#same.get(part.toolCallId)?.ids.at(-1) ?? part.toolCallId }
      default:
        return part
    }
  }

  /** A call that comes whole, without having been seen written. */
  #called(id: string): string {
    const own = this.#add(id)
    const same = this.#same.get(id)
    if (same !== undefined) same.called = same.ids.length
    return own
  }

  #add(id: string): string {
    let own = id
    for (let n = 2; this.#before.has(own) || this.#here.has(own); n++) own = `${id}_${n}`
    this.#here.add(own)
    const same = this.#same.get(id)
    if (same === undefined) this.#same.set(id, { ids: [own], written: 0, called: 0, answered: 0 })
    else same.ids.push(own)
    return own
  }

  #forget(): void {
    this.#here.clear()
    this.#same.clear()
  }
}

/** Most parts keep their id, and so stay what they are. */
const named = <P extends { readonly id: string }>(part: P, id: string | undefined): P =>
  id === undefined || id === part.id ? part : { ...part, id }

const idsIn = (message: Message): ReadonlyArray<string> =>
  message.role === "assistant"
    ? message.content.flatMap((part) => (part.type === "tool-call" || part.type === "tool-result" ? [part.id] : []))
    : []
