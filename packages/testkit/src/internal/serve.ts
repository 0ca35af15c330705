import type { IncomingMessage, ServerResponse } from "node:http"
import type { ErrorBody } from "../errorBodies.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Reply } from "../Reply.ts"
import { errorAnswer, makeAnswer } from "./answer.ts"
import { type Connection, deliver, Gone, pause } from "./Connection.ts"
import { type Dialect, errorsOf, findRoute } from "./Dialect.ts"
import { makeExchange } from "./Exchange.ts"
import type { Recorder } from "./Recorder.ts"
import type { Script } from "./Script.ts"

/** What the server needs to know to answer. */
export interface Stage {
  readonly dialect: Dialect
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
  const { dialect } = stage
  const route = findRoute(dialect, request.method, request.path)
  const fault = reply.fault ?? {}
  if (fault.delayMs !== undefined) await pause(fault.delayMs, connection.signal)
  if (fault.silent) return connection.gone
  if (fault.resetBeforeHeaders) return connection.cut("reset")
  if (!route) return
  const exchange = makeExchange(request.body, reply, request.index + 1)
  const requestId = idOf(request)
  const made = makeAnswer(route.transcript(exchange, stage.models), fault, errorsOf(dialect, requestId))
  const headers = { ...dialect.headers(requestId), ...made.headers, ...reply.headers, ...fault.headers }
  await deliver({ ...made, headers }, connection)
}

const idOf = ({ index }: RecordedRequest): string => `req_${index + 1}`

const refuse = (no: ErrorBody, request: RecordedRequest, connection: Connection, { dialect }: Stage): Promise<void> => {
  const made = errorAnswer(dialect.addressed(no, idOf(request)))
  return deliver({ ...made, headers: { ...dialect.headers(idOf(request)), ...made.headers } }, connection)
}

/** A script that throws must not hang the test that made it: its message becomes the body of a 500. */
const reportFailure = (failure: unknown, { response }: Connection, { dialect }: Stage): void => {
  if (failure instanceof Gone || response.headersSent) return void response.socket?.destroy()
  const message = `The scripted reply failed: ${failure instanceof Error ? failure.message : String(failure)}`
  response.writeHead(500, { "content-type": "application/json" })
  response.end(JSON.stringify(dialect.scriptFailed(message)))
}

/** Records one request and answers it. Never rejects. */
export const serve = async (message: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> => {
  const { connection, wasCut } = connect(response, stage.closing)
  try {
    const request = await stage.recorder.record(message, response, wasCut)
    const route = findRoute(stage.dialect, request.method, request.path)
    const no = stage.dialect.refusal(request, route, stage.apiKey)
    if (no) return await refuse(no, request, connection, stage)
    await answer(request, await stage.script.next(request), connection, stage)
  } catch (failure) {
    reportFailure(failure, connection, stage)
  }
}
