import type { SharedV4ProviderOptions } from "@ai-sdk/provider"
import type { Json, JsonObject, ProviderData } from "@switchyard/core"
import { isObject, plainFields, without } from "./plain.ts"

/** Under which names a model's own data goes in Switchyard (`id`) and in the AI SDK (`namespace`). */
export interface Naming {
  readonly id: string
  readonly namespace: string
}

/** Key of `providerData` for what the AI SDK has a field for and Switchyard has not. */
export const aiSdkKey = "aiSdk"

/** Key of `providerOptions` and `providerMetadata` for what Switchyard has a field for and the AI SDK has not. */
export const switchyardKey = "switchyard"

/** Fields under that key which the bridge writes and reads itself: they are no data of a provider. */
export const notes = ["origin", "inputText", "parts", "file", "filename", "passage", "output"] as const

/** What a part's metadata holds of another Switchyard, which answers behind the model. */
export const notesOf = (metadata: unknown): Readonly<Record<string, unknown>> => {
  const own = isObject(metadata) ? metadata[switchyardKey] : undefined
  return isObject(own) ? own : none
}

/** Notes that became fields of the part; the others go back with it. */
const withoutTold = (fields: JsonObject): JsonObject | undefined => {
  const left = without(fields, "file", "filename", "passage", "output")
  return Object.keys(left).length === 0 ? undefined : left
}

const none: Readonly<Record<string, unknown>> = {}

const setField = (data: ProviderData | undefined, key: string, fields: JsonObject): ProviderData => ({
  ...data,
  [key]: { ...data?.[key], ...fields },
})

/** Adds what only the AI SDK knows to a part's data. */
export const withAiSdk = (data: ProviderData | undefined, fields: JsonObject): ProviderData =>
  setField(data, aiSdkKey, fields)

/** Adds what only Switchyard knows to a part's metadata. */
export const withSwitchyard = (
  metadata: SharedV4ProviderOptions | undefined,
  fields: { readonly [key: string]: Json },
): SharedV4ProviderOptions =>
  ({ ...metadata, [switchyardKey]: { ...metadata?.[switchyardKey], ...fields } }) as SharedV4ProviderOptions // JSON is JSON

/**
 * What of `providerData` a model is sent: the fields under its id, as the options of its namespace. Their field
 * `namespaces` holds what goes under other names.
 */
export const toOptions = (data: ProviderData | undefined, naming: Naming): SharedV4ProviderOptions | undefined => {
  const own = data?.[naming.id]
  if (own === undefined) return undefined
  const { namespaces, ...fields } = own
  if (!isObject(namespaces)) return { [naming.namespace]: own } as SharedV4ProviderOptions // JSON is JSON
  const out: Record<string, unknown> = {}
  if (Object.keys(fields).length > 0) out[naming.namespace] = fields
  for (const key of Object.keys(namespaces)) {
    const given = namespaces[key]
    if (isObject(given)) out[key] = key === naming.namespace ? { ...given, ...fields } : given
  }
  return out as SharedV4ProviderOptions // JSON is JSON
}

/** The inverse of `toOptions`: what a model says of a part or an answer, under its id. Empty objects say nothing. */
export const fromMetadata = (metadata: unknown, naming: Naming): ProviderData | undefined => {
  if (!isObject(metadata)) return undefined
  let own: JsonObject | undefined
  let others: { [namespace: string]: JsonObject } | undefined
  for (const key of Object.keys(metadata)) {
    const fields = plainFields(metadata[key])
    if (fields === undefined) continue
    if (key === naming.namespace) own = key === switchyardKey ? withoutTold(fields) : fields
    else others = { ...others, [key]: fields }
  }
  if (own === undefined && others === undefined) return undefined
  return { [naming.id]: others === undefined ? (own ?? {}) : { ...own, namespaces: others } }
}

/** Provider options of an AI SDK prompt as provider data: key by key the same; what is not JSON is left out. */
export const fromOptions = (options: unknown): ProviderData | undefined => {
  if (!isObject(options)) return undefined
  let data: { [key: string]: JsonObject } | undefined
  for (const key of Object.keys(options)) {
    const fields = plainFields(options[key])
    if (fields === undefined) continue
    data ??= {}
    data[key] = fields
  }
  return data
}
