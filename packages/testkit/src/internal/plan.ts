import type { WireError } from "../errorBodies.ts"
import type { Fault } from "../Fault.ts"
import type { Errors } from "./Dialect.ts"
import { isJsonObject } from "./Json.ts"
import { type Frame, type Transcript, wireError } from "./Transcript.ts"

/** What the server does next. After the last step the body ends cleanly. */
export type Step =
  | { readonly do: "write"; readonly text: string }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "stall" }
  | { readonly do: "reset" }

interface Cut {
  readonly after: number
  readonly steps: (position: number) => ReadonlyArray<Step>
}

const write = (text: string): Step => ({ do: "write", text })

/** The error that a test wrote itself. */
const given = (body: unknown): WireError | undefined => {
  if (!isJsonObject(body) || !isJsonObject(body.error)) return undefined
  const { message, type, code, param } = body.error
  const text = (value: unknown) => (typeof value === "string" ? value : null)
  return { message: text(message) ?? "", type: text(type), code: text(code), param: text(param) }
}

/** The way to end that comes first, if the fault names any. */
const cutOf = (transcript: Transcript, fault: Fault, errors: Errors): Cut | undefined => {
  const byStatus = fault.status === undefined ? errors.named("server_error") : errors.forStatus(fault.status)
  const named = wireError(fault.error === undefined ? byStatus : errors.named(fault.error), errors)
  const error = given(fault.body) ?? named
  const shape = fault.errorShape ?? "nested"
  const candidates: ReadonlyArray<readonly [number | undefined, Cut["steps"]]> = [
    [fault.resetAfterChunks, () => [{ do: "reset" }]],
    [fault.stallAfterChunks, () => [{ do: "stall" }]],
    [fault.endAfterChunks, () => []],
    [fault.errorAfterChunks, (position) => [write(transcript.error(error, position, shape))]],
    [fault.failedAfterChunks, (position) => [write(transcript.failed(error, position))]],
  ]
  let first: Cut | undefined
  for (const [after, steps] of candidates) {
    if (after !== undefined && (first === undefined || after < first.after)) first = { after, steps }
  }
  return first
}

/** How many frames go out before the cut: all up to and with the n-th chunk, or all that open the answer. */
const cutPosition = (frames: ReadonlyArray<Frame>, after: number): number => {
  const positions = [...frames.keys()].filter((position) => frames[position]?.kind === "content")
  if (after > positions.length) return frames.length + 1
  if (after > 0) return (positions[after - 1] ?? 0) + 1
  const opening = frames.findIndex((frame) => frame.kind !== "opening")
  return positions[0] ?? (opening === -1 ? frames.length : opening)
}

/** Half of the event's JSON, with the line ends that close the event: what a broken proxy makes of it. */
const malformed = (text: string): string => {
  const data = text.indexOf("data: ") + "data: ".length
  return `${text.slice(0, data + Math.floor((text.length - data) / 2))}\n\n`
}

const damaged = (frames: ReadonlyArray<Frame>, fault: Fault): ReadonlyArray<Frame> => {
  let chunk = 0
  return frames.flatMap((frame): ReadonlyArray<Frame> => {
    if (frame.kind === "finish" && fault.missingFinish) return []
    if (frame.kind === "terminator" && fault.missingTerminator) return []
    if (frame.kind !== "content") return [frame]
    const index = chunk++
    if (index === fault.malformedChunkAt) return [{ ...frame, text: malformed(frame.text) }]
    // The copy is no chunk of its own, so that it does not shift the numbers of the other faults.
    return index === fault.duplicateChunkAt ? [frame, { ...frame, kind: "closing" }] : [frame]
  })
}

const paced = (frames: ReadonlyArray<Frame>, fault: Fault): ReadonlyArray<Step> => {
  let started = false
  return frames.flatMap((frame): ReadonlyArray<Step> => {
    const ms = frame.kind !== "content" ? undefined : started ? fault.chunkDelayMs : fault.firstChunkDelayMs
    started ||= frame.kind === "content"
    return ms === undefined ? [write(frame.text)] : [{ do: "wait", ms }, write(frame.text)]
  })
}

/** The body of an answer as steps: the transcript with the fault worked into it. */
export const plan = (transcript: Transcript, fault: Fault, errors: Errors): ReadonlyArray<Step> => {
  if (fault.invalidJson && !transcript.streamed)
    return plan(transcript, { endAfterChunks: 1, ...fault, invalidJson: false }, errors)
  const frames = transcript.streamed ? damaged(transcript.frames, fault) : transcript.frames
  const cut = cutOf(transcript, fault, errors)
  const position = cut && cutPosition(frames, cut.after)
  if (cut === undefined || position === undefined || position > frames.length) return paced(frames, fault)
  const inBand = fault.errorAfterChunks === cut.after || fault.failedAfterChunks === cut.after
  // JSON that is not streamed has no room for a second body: the error takes its place.
  if (!transcript.streamed && inBand) return cut.steps(0)
  return [...paced(frames.slice(0, position), fault), ...cut.steps(position)]
}
