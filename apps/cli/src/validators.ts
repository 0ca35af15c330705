import type { SwitchyardConfig } from "switchyard"
import { UsageError } from "./ExitCode.ts"
import { extension } from "./extension.ts"
import { readSchemaFile } from "./schemaFile.ts"

/** A validator of a call, by its name, with its parameters. */
export interface ValidatorSpec {
  readonly type: string
  readonly params?: Awaited<ReturnType<typeof readSchemaFile>>
}

/** Of these names what stands behind the colon is a file with a JSON Schema. */
const takesSchema = new Set(["json", "json_string", "schema"])

/** `NAME`, `json:SCHEMA.json`, or `NAME:PARAMS.json`. */
export const readValidator = async (given: string): Promise<ValidatorSpec> => {
  const colon = given.indexOf(":")
  const type = colon < 0 ? given : given.slice(0, colon)
  if (type === "") throw new UsageError(`--validate ${given}: write NAME, or NAME:FILE`)
  if (colon < 0) return { type }
  const content = await readSchemaFile(given.slice(colon + 1))
  return { type, params: takesSchema.has(type) ? { schema: content } : content }
}

/** What the embedded stack needs when answers are checked: the JSON validators, and retries that say what was wrong. */
export const validationPlugins = async (): Promise<SwitchyardConfig["plugins"]> => {
  const [{ validateJson }, { stagedRetry }] = await Promise.all([
    extension("@switchyard/validate-json", () => import("@switchyard/validate-json")),
    import("@switchyard/retry-staged"),
  ])
  return [validateJson(), stagedRetry()]
}
