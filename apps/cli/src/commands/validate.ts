import * as Command from "effect/cli/Command"
import { validateCode } from "./validate/code.ts"
import { validateGrounded } from "./validate/grounded.ts"
import { validateJson } from "./validate/json.ts"

/** Checks answers without calling a model. */
export const validate = Command.make("validate").pipe(
  Command.withDescription("Check answers that are there already; no model is called"),
  Command.withExamples([
    { command: "switchyard validate json < answer.txt", description: "Get the JSON out of an answer" },
  ]),
  Command.withSubcommands([validateCode, validateGrounded, validateJson]),
)
