import type { JsonObject, LlmError, Verdict } from "@switchyard/core"
import type * as Effect from "effect/Effect"
import type { Session } from "./internal/Session.ts"
import type { Given } from "./internal/settings.ts"

/** One validator, made with its parameters. */
export interface MadeJudge {
  /** Settings of its own. */
  readonly own: Given
  /** Told in every call that uses it. */
  readonly warnings: ReadonlyArray<string>
  /** Its validator cannot do without a judge's name. */
  readonly needsModel: boolean
  readonly judge: (session: Session) => Effect.Effect<Verdict, LlmError>
}

/** A kind of judging, and the names that JSON configurations know it by. */
export interface JudgeKind {
  readonly names: ReadonlyArray<string>
  readonly make: (validator: string, params: JsonObject) => Effect.Effect<MadeJudge, LlmError>
}
