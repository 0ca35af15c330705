import type { Validator, ValidatorFactory } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { agentTask } from "./AgentTask.ts"
import { contradiction } from "./Contradiction.ts"
import { type Accounts, accountOf } from "./internal/Account.ts"
import { unknown } from "./internal/issues.ts"
import { answerText } from "./internal/material.ts"
import { wrongParams } from "./internal/params.ts"
import { type Given, settingsOf } from "./internal/settings.ts"
import type { JudgeKind, MadeJudge } from "./JudgeKind.ts"
import { pairwise } from "./Pairwise.ts"
import { rubricJudge } from "./RubricJudge.ts"
import { selfConsistency } from "./SelfConsistency.ts"

const kinds: ReadonlyArray<JudgeKind> = [agentTask, rubricJudge, pairwise, selfConsistency, contradiction]

const byName = new Map(kinds.flatMap((kind) => kind.names.map((name) => [name, kind] as const)))

/** Every name that a configuration can use. */
export const judgeNames: ReadonlyArray<string> = [...byName.keys()]

const validatorOf = (validator: string, made: MadeJudge, options: Given, accounts: Accounts): Validator => {
  const settings = settingsOf(options, made.own)
  const { totalTimeoutMs, maxChars } = settings
  const tooLong = `no verdict within ${totalTimeoutMs} ms`
  return {
    validate: (response, request, context) =>
      Effect.suspend(() => {
        const account = accountOf(accounts, context, request)
        const { length } = answerText(response.content)
        // Before anything is made of it: no work grows with an answer that is not judged anyway.
        if (length > maxChars) {
          return Effect.succeed(unknown(validator, `the answer has ${length} characters, and maxChars is ${maxChars}`))
        }
        for (const warning of made.warnings) account.warn(context, warning)
        const judged = made.judge({ validator, settings, context, account, response, request })
        return Effect.map(
          Effect.timeoutOption(judged, totalTimeoutMs),
          Option.getOrElse(() => unknown(validator, tooLong)),
        )
      }),
  }
}

/** The validators in which another model judges. All of them share one budget per call. */
export const makeAgentValidators = (options: Given): ValidatorFactory => {
  const accounts: Accounts = new WeakMap()
  return {
    names: judgeNames,
    make: Effect.fnUntraced(function* (name, params) {
      const kind = byName.get(name)
      if (kind === undefined) return yield* wrongParams(name, `it is none of ${judgeNames.join(", ")}`)
      const made = yield* kind.make(name, params)
      if (made.needsModel && (made.own.model ?? options.model) === undefined) {
        const aliases = name === "agent_task" ? "model (or validation_model_alias)" : "model"
        return yield* wrongParams(name, `${aliases} must name the judge, or set it in the plugin's options`)
      }
      return validatorOf(name, made, options, accounts)
    }),
  }
}
