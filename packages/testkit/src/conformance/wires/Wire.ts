import type { ErrorBody, ErrorName } from "../../errorBodies.ts"
import type { RecordedRequest } from "../../RecordedRequest.ts"
import type { Upstream } from "../../Upstream.ts"
import type { Setting } from "../Suite.ts"

/** A file as it arrived. `base64` without the `data:` prefix. */
export interface WireFile {
  readonly url?: string
  readonly base64?: string
  readonly mediaType?: string
  readonly filename?: string
}

/** One piece of the conversation as it arrived, in order, whatever messages it was wrapped in. */
export type WirePiece =
  | { readonly type: "text"; readonly role: "system" | "user" | "assistant"; readonly text: string }
  | ({ readonly type: "file" } & WireFile)
  | { readonly type: "call"; readonly id: string; readonly name: string; readonly inputText: string }
  | { readonly type: "result"; readonly id: string; readonly text: string; readonly isError?: true }

export interface WireTool {
  readonly name: string
  readonly description?: unknown
  readonly schema: unknown
  readonly strict?: unknown
}

/** A recorded request in no vendor's words. What was not sent is `undefined`. */
export interface WireRequest {
  readonly model: unknown
  readonly streamed: boolean
  readonly pieces: ReadonlyArray<WirePiece>
  readonly setting: (name: Setting) => unknown
  readonly tools: ReadonlyArray<WireTool>
  /** `auto`, `required`, `none`, or `tool:` and a name. */
  readonly toolChoice: string | undefined
  /** `json` is set when JSON was asked for. */
  readonly output: { readonly schema?: unknown; readonly name?: unknown; readonly strict?: unknown } | undefined
}

/** Everything that the suite must know of a wire: how to start a server that speaks it, and how to read requests. */
export interface Wire {
  readonly start: (options: { readonly apiKey: string }) => Promise<Upstream>
  readonly read: (request: RecordedRequest) => WireRequest
  /** The documented errors that this wire has. */
  readonly errors: ReadonlyArray<ErrorName>
  /** Those that it can also tell of inside a 200, in each of its forms. */
  readonly errorsInside: ReadonlyArray<ErrorName>
  /** How this wire words them. */
  readonly errorBodies: Readonly<Record<ErrorName, ErrorBody>>
  /** Headers of this vendor alone that ask a client to wait, and for how long, in ms. */
  readonly waits: ReadonlyArray<Wait>
  /** Do the events of this request's stream carry numbers, so that a copy can be told from a repetition? */
  readonly numbered: (request: RecordedRequest) => boolean
  /** The name of a dated version of a model, as the vendor answers with it. */
  readonly dated: (model: string) => string
  /** What a tool is called with: any text, or (in all but streamed answers) a JSON object, of which no text is kept. */
  readonly toolInput: "text" | "object"
  /** Has a tool's result a mark of its own for an error? Elsewhere only its text tells. */
  readonly toolErrors: boolean
  /** Is the total of input tokens stated, or the sum of its parts? */
  readonly inputTotal: "stated" | "summed"
  /** Can an answer hold images? */
  readonly imageOutput: boolean
}

/** What headers ask for. A time of day is `within` so many ms less than `ms`, since it is written in whole seconds. */
export interface Wait {
  readonly title: string
  readonly headers: () => Readonly<Record<string, string>>
  readonly ms: number
  readonly within?: number
}
