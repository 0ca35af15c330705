import type { IncomingMessage, ServerResponse } from "node:http"
import { text } from "node:stream/consumers"
import type { ExchangeEnd, RecordedRequest } from "../RecordedRequest.ts"
import { parseJsonObject } from "./Json.ts"

const headersOf = (message: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(message.headersDistinct).map(([name, values]) => [name, (values ?? []).join(", ")]))

/** The requests so far, and those who wait for the next. */
export interface Recorder {
  readonly requests: ReadonlyArray<RecordedRequest>
  /** Reads the request to its end and records it. `wasCut` tells, at the end, whether this server broke it off. */
  readonly record: (
    message: IncomingMessage,
    response: ServerResponse,
    wasCut: () => boolean,
  ) => Promise<RecordedRequest>
  readonly wait: (index: number) => Promise<RecordedRequest>
  readonly clear: () => void
  /** Rejects everybody who still waits. */
  readonly close: () => void
}

interface Waiter {
  readonly index: number
  readonly settle: (request: RecordedRequest | Error) => void
}

/** What can be read off the message itself. */
type Content = Omit<RecordedRequest, "index" | "closed" | "end" | "closedAt">

const read = async (message: IncomingMessage): Promise<Content> => {
  const url = new URL(message.url ?? "/", "http://upstream")
  const rawBody = await text(message)
  return {
    method: message.method ?? "GET",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: headersOf(message),
    body: parseJsonObject(rawBody) ?? {},
    rawBody,
    receivedAt: performance.now(),
  }
}

/** The record of a request, which learns of its end by itself. */
const watched = (content: Content, index: number, response: ServerResponse, wasCut: () => boolean): RecordedRequest => {
  let end: ExchangeEnd | undefined
  let closedAt: number | undefined
  const closed = new Promise<ExchangeEnd>((resolve) => {
    const settle = () => {
      closedAt = performance.now()
      end = wasCut() ? "cut" : response.writableFinished ? "finished" : "aborted"
      resolve(end)
    }
    // A client may be gone before its request has been read to the end.
    if (response.closed) settle()
    else response.once("close", settle)
  })
  return {
    ...content,
    index,
    closed,
    get end() {
      return end
    },
    get closedAt() {
      return closedAt
    },
  }
}

export const makeRecorder = (): Recorder => {
  const requests: Array<RecordedRequest> = []
  const waiters = new Set<Waiter>()
  let open = true
  return {
    requests,
    record: async (message, response, wasCut) => {
      const content = await read(message)
      // Numbered only now: requests that arrive together count in the order in which they are complete.
      const request = watched(content, requests.length, response, wasCut)
      requests.push(request)
      for (const waiter of waiters) if (waiter.index === request.index) waiter.settle(request)
      return request
    },
    wait: (index) =>
      new Promise((resolve, reject) => {
        const known = requests[index]
        if (known) return resolve(known)
        if (!open) return reject(new Error(`The upstream is closed and received no request ${index}.`))
        const waiter: Waiter = {
          index,
          settle: (outcome) => {
            waiters.delete(waiter)
            if (outcome instanceof Error) reject(outcome)
            else resolve(outcome)
          },
        }
        waiters.add(waiter)
      }),
    clear: () => void requests.splice(0),
    close: () => {
      open = false
      for (const waiter of waiters) waiter.settle(new Error(`The upstream closed before request ${waiter.index} came.`))
    },
  }
}
