import type { ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { constants, createGzip } from "node:zlib"
import type { Answer } from "./answer.ts"
import type { Step } from "./plan.ts"

/** Raised inside a delivery when the client or the server has gone; never leaves this package. */
export class Gone extends Error {}

/** The answering side of one exchange. */
export interface Connection {
  readonly response: ServerResponse
  /** Aborts as soon as either side is gone. */
  readonly signal: AbortSignal
  /** Rejects with `Gone` at that moment, and settles in no other way. */
  readonly gone: Promise<never>
  /** Marks the exchange as broken by this server, then breaks it. */
  readonly cut: (how: "close" | "reset") => void
}

interface Body {
  readonly write: (text: string) => Promise<void>
  readonly end: () => void
}

const written = (response: ServerResponse, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    response.write(bytes, (failure) => (failure ? reject(new Gone("write failed")) : resolve()))
  })

const plainBody = (response: ServerResponse): Body => ({
  write: (text) => written(response, text),
  end: () => response.end(),
})

/** Flushed after each write, as a server must that compresses a stream. */
const gzipBody = (response: ServerResponse): Body => {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  // A write is over when its compressed bytes are out: a reset right after it must not swallow them.
  let out = Promise.resolve()
  gzip.on("data", (bytes: Buffer) => {
    out = written(response, bytes)
    out.catch(() => undefined)
  })
  gzip.on("end", () => response.end())
  return {
    write: async (text) => {
      await new Promise<void>((resolve) => gzip.write(text, () => resolve()))
      await out
    },
    end: () => gzip.end(),
  }
}

export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new Gone("gone")
  })
}

/**
 * A client that learns of the broken connection drops what it has received but not yet read. Real connections seldom
 * break in the very millisecond of a chunk; this gives the client time to read what the script says it got.
 */
const beforeResetMs = 25

const take = async (step: Step, body: Body, connection: Connection): Promise<void> => {
  if (connection.signal.aborted) throw new Gone("gone")
  switch (step.do) {
    case "write":
      return Promise.race([body.write(step.text), connection.gone])
    case "wait":
      return pause(step.ms, connection.signal)
    case "stall":
      return connection.gone
    case "reset":
      await pause(beforeResetMs, connection.signal)
      connection.cut("close")
      throw new Gone("cut")
  }
}

const onlyWrites = (steps: ReadonlyArray<Step>): string | undefined => {
  let text = ""
  for (const step of steps) {
    if (step.do !== "write") return undefined
    text += step.text
  }
  return text
}

/** Sends an answer step by step; returns when its last byte has been handed over. */
export const deliver = async (answer: Answer, connection: Connection): Promise<void> => {
  const { response } = connection
  response.writeHead(answer.status, answer.headers)
  const compressed = answer.headers["content-encoding"] === "gzip"
  const text = answer.early || compressed ? undefined : onlyWrites(answer.steps)
  if (text !== undefined) {
    // In one piece, so that it carries a content-length like a real JSON answer.
    response.end(text)
    return
  }
  response.flushHeaders()
  const body = compressed ? gzipBody(response) : plainBody(response)
  for (const step of answer.steps) await take(step, body, connection)
  body.end()
}
