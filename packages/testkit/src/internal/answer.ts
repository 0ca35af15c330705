import type { ErrorBody } from "../errorBodies.ts"
import type { Fault } from "../Fault.ts"
import type { Errors } from "./Dialect.ts"
import { plan, type Step } from "./plan.ts"
import type { Transcript } from "./Transcript.ts"

/** Everything that goes over the wire for one request. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Headers leave at once, before the first step: always so for streams. */
  readonly early: boolean
  readonly steps: ReadonlyArray<Step>
}

const htmlPage =
  "<!doctype html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n"
const html = "text/html; charset=utf-8"
const json = "application/json"

const whole = (status: number, contentType: string, text: string): Answer => ({
  status,
  headers: { "content-type": contentType },
  early: false,
  steps: text === "" ? [] : [{ do: "write", text }],
})

export const errorAnswer = ({ status, body }: ErrorBody): Answer =>
  typeof body === "string" ? whole(status, html, body) : whole(status, json, JSON.stringify(body))

const replacedBody = (status: number, body: unknown): Answer =>
  typeof body === "string"
    ? whole(status, "text/plain; charset=utf-8", body)
    : whole(status, json, JSON.stringify(body))

/** An error given for the middle of a stream is no status. */
const isInBand = (fault: Fault): boolean =>
  fault.errorAfterChunks !== undefined || fault.failedAfterChunks !== undefined

const faultyAnswer = (fault: Fault, errors: Errors): Answer | undefined => {
  const named = isInBand(fault) || fault.error === undefined ? undefined : errors.named(fault.error)
  const status = isInBand(fault) ? undefined : (fault.status ?? named?.status)
  if (fault.emptyBody) return whole(status ?? 200, json, "")
  if (fault.emptyStream) return { ...whole(200, "text/event-stream; charset=utf-8", ""), early: true }
  if (fault.html) return whole(status ?? 200, html, htmlPage)
  if (fault.body !== undefined && !isInBand(fault)) return replacedBody(status ?? 200, fault.body)
  if (named) return errorAnswer({ ...named, status: status ?? named.status })
  return status === undefined || status === 200 ? undefined : errorAnswer(errors.forStatus(status))
}

const regularAnswer = (transcript: Transcript, fault: Fault, errors: Errors): Answer => {
  const steps = plan(transcript, fault, errors)
  const early = transcript.streamed || steps.some((step) => step.do !== "write")
  return { status: 200, headers: { "content-type": transcript.contentType }, early, steps }
}

/** The answer to one request, with everything the fault says about it except when and whether it is sent. */
export const makeAnswer = (transcript: Transcript, fault: Fault, errors: Errors): Answer => {
  const answer = faultyAnswer(fault, errors) ?? regularAnswer(transcript, fault, errors)
  const headers = {
    ...answer.headers,
    ...(fault.contentType === undefined ? {} : { "content-type": fault.contentType }),
    ...(fault.gzip ? { "content-encoding": "gzip" } : {}),
  }
  return { ...answer, headers }
}
