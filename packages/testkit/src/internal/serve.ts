import type { IncomingMessage, ServerResponse } from "node:http"
import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Reply } from "../Reply.ts"
import { errorAnswer, makeAnswer } from "./answer.ts"
import { type Connection, deliver, Gone, pause } from "./Connection.ts"
import { makeExchange } from "./Exchange.ts"
import type { Recorder } from "./Recorder.ts"
import { refusal } from "./refusal.ts"
import { findRoute } from "./routes.ts"
import type { Script } from "./Script.ts"

/** What the server needs to know to answer. */
export interface Stage {
  readonly apiKey: string | undefined
  readonly models: ReadonlyArray<string>
  readonly recorder: Recorder
  readonly script: Script
  /** Aborts when the server closes. */
  readonly closing: AbortSignal
}

const connect = (response: ServerResponse, closing: AbortSignal) => {
  const leaving = new AbortController()
  const gone = new Promise<never>((_, reject) => {
    response.once("close", () => {
      leaving.abort()
      reject(new Gone("gone"))
    })
  })
  // Most answers end without anybody waiting for it.
  gone.catch(() => undefined)
  let cut = false
  const connection: Connection = {
    response,
    signal: leaving.signal,
    gone,
    cut: (how) => {
      cut = true
      if (how === "reset") response.socket?.resetAndDestroy()
      else response.socket?.destroy()
    },
  }
  return { connection, wasCut: () => cut || closing.aborted }
}

const answer = async (request: RecordedRequest, reply: Reply, connection: Connection, stage: Stage): Promise<void> => {
  const route = findRoute(request.method, request.path)
  const fault = reply.fault ?? {}
  if (fault.delayMs !== undefined) await pause(fault.delayMs, connection.signal)
  if (fault.silent) return connection.gone
  if (fault.resetBeforeHeaders) return connection.cut("reset")
  if (!route) return
  const exchange = makeExchange(request.body, reply, request.index + 1)
  const made = makeAnswer(route.transcript(exchange, stage.models), fault)
  const common = {
    "x-request-id": `req_${exchange.number}`,
    "openai-processing-ms": "1",
    "openai-version": "2020-10-01",
  }
  await deliver({ ...made, headers: { ...common, ...made.headers, ...reply.headers, ...fault.headers } }, connection)
}

/** A script that throws must not hang the test that made it: its message becomes the body of a 500. */
const reportFailure = (failure: unknown, { response }: Connection): void => {
  if (failure instanceof Gone || response.headersSent) return void response.socket?.destroy()
  const message = `The scripted reply failed: ${failure instanceof Error ? failure.message : String(failure)}`
  response.writeHead(500, { "content-type": "application/json" })
  response.end(JSON.stringify({ error: { message, type: "testkit_error", param: null, code: "script_failed" } }))
}

/** Records one request and answers it. Never rejects. */
export const serve = async (message: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> => {
  const { connection, wasCut } = connect(response, stage.closing)
  try {
    const request = await stage.recorder.record(message, response, wasCut)
    const no = refusal(request, findRoute(request.method, request.path), stage.apiKey)
    if (no) return await deliver(errorAnswer(no), connection)
    await answer(request, await stage.script.next(request), connection, stage)
  } catch (failure) {
    reportFailure(failure, connection)
  }
}
