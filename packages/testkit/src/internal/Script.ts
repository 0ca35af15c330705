import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Reply, ReplyScript } from "../Reply.ts"

/** The replies still to come, and the one for when there are none. */
export interface Script {
  readonly add: (replies: ReadonlyArray<ReplyScript>) => void
  readonly fallBackTo: (reply: ReplyScript) => void
  readonly next: (request: RecordedRequest) => Promise<Reply>
  readonly size: () => number
  readonly clear: () => void
}

export const makeScript = (): Script => {
  const queue: Array<ReplyScript> = []
  let fallback: ReplyScript = {}
  return {
    add: (replies) => void queue.push(...replies),
    fallBackTo: (reply) => {
      fallback = reply
    },
    next: async (request) => {
      const reply = queue.shift() ?? fallback
      return typeof reply === "function" ? reply(request) : reply
    },
    size: () => queue.length,
    clear: () => {
      queue.length = 0
      fallback = {}
    },
  }
}
