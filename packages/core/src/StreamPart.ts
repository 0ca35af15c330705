import type { Finish, Warning } from "./Finish.ts"
import type { Json, ProviderData } from "./Json.ts"
import type { Part } from "./Part.ts"
import type { Cached } from "./Response.ts"
import type { RouteTrace } from "./RouteTrace.ts"
import type { Usage } from "./Usage.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * The last part of a stream. All but `reason`, `usage` and `providerData` is the kernel's: a provider leaves it out, but for
 * `warnings` that it has only now. The kernel's are all warnings of the call, those of `stream-start` included.
 */
export interface FinishPart {
  readonly type: "finish"
  readonly reason: Finish
  readonly usage: Usage
  readonly providerData?: ProviderData
  readonly warnings?: ReadonlyArray<Warning>
  readonly provider?: string
  readonly model?: string
  readonly verdict?: Verdict
  readonly cached?: Cached
  readonly degraded?: string
  readonly route?: RouteTrace
}

/**
 * One piece of an answer that flows.
 *
 * Grammar: `stream-start`, then any number of metadata and content, then `finish`, once and last. Text and reasoning come
 * as start, delta…, end with one `id` per piece; several may be open at once. `tool-input-*` show a tool call being
 * written; the whole `tool-call` part follows and is what counts. `restart` makes void all that was sent before it.
 * Errors are never parts: a stream that fails, fails.
 */
export type StreamPart =
  | { readonly type: "stream-start"; readonly warnings: ReadonlyArray<Warning> }
  | { readonly type: "response-metadata"; readonly id?: string; readonly model?: string }
  | { readonly type: "text-start"; readonly id: string; readonly providerData?: ProviderData }
  | { readonly type: "text-delta"; readonly id: string; readonly text: string }
  | { readonly type: "text-end"; readonly id: string; readonly providerData?: ProviderData }
  | { readonly type: "reasoning-start"; readonly id: string; readonly providerData?: ProviderData }
  | { readonly type: "reasoning-delta"; readonly id: string; readonly text: string }
  | { readonly type: "reasoning-end"; readonly id: string; readonly providerData?: ProviderData }
  | {
      readonly type: "tool-input-start"
      readonly id: string
      readonly name: string
      readonly providerExecuted?: boolean
    }
  | { readonly type: "tool-input-delta"; readonly id: string; readonly text: string }
  | { readonly type: "tool-input-end"; readonly id: string }
  | Part
  | { readonly type: "restart"; readonly reason: string }
  | FinishPart
  | { readonly type: "raw"; readonly value: Json }

/** Content is what a reader would see or act on. What comes before it is preamble and may be thrown away by a retry. */
export const isContent = (part: StreamPart): boolean => {
  switch (part.type) {
    case "stream-start":
    case "response-metadata":
    case "raw":
    case "restart":
    case "text-start":
    case "reasoning-start":
      return false
    case "text-delta":
    case "reasoning-delta":
      return part.text !== ""
    default:
      return true
  }
}
