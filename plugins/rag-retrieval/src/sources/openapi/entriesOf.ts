import type { Metadata } from "@switchyard/rag"
import { operationText, overviewText, schemaText } from "./operationText.ts"
import { escapeStep, isObject, listOf, References, textIn, type Unknown } from "./References.ts"

/** What becomes one document of an API. `pointer` is a JSON Pointer (RFC 6901). */
export interface Entry {
  readonly id: string
  readonly pointer: string
  readonly title: string
  readonly metadata: Metadata
  readonly text: () => string
}

/** What becomes none. */
export interface Broken {
  readonly id: string
  readonly why: string
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]

const objectIn = (value: Unknown, field: string): Unknown => {
  const found = value[field]
  return isObject(found) ? found : {}
}

/** The API itself, its operations, those that it calls on others (callbacks, and `webhooks` since 3.1), and its schemas. */
export function* entriesOf(api: Unknown): Generator<Entry | Broken> {
  const references = new References(api)
  const overview = { id: "overview", pointer: "/info", title: textIn(objectIn(api, "info"), "title") || "API" }
  yield { ...overview, metadata: { kind: "overview" }, text: () => overviewText(api) }
  for (const [path, item] of Object.entries(objectIn(api, "paths"))) {
    const pointer = `/paths/${escapeStep(path)}`
    yield* operationsOf(item, { name: path, pointer, metadata: { kind: "operation", path } }, references)
  }
  for (const [webhook, item] of Object.entries(objectIn(api, "webhooks"))) {
    const place = { name: `webhook ${webhook}`, pointer: `/webhooks/${escapeStep(webhook)}` }
    yield* operationsOf(item, { ...place, metadata: { kind: "webhook", webhook } }, references)
  }
  for (const [name, schema] of Object.entries(objectIn(objectIn(api, "components"), "schemas")))
    yield {
      id: `schema ${name}`,
      pointer: `/components/schemas/${escapeStep(name)}`,
      title: name,
      metadata: { kind: "schema" },
      text: () => schemaText(name, schema, references),
    }
}

/** Where a Path Item stands. */
interface Place {
  /** What its operations are called after their method. */
  readonly name: string
  readonly pointer: string
  readonly metadata: Metadata
}

/** The operations of a Path Item: what a reference leads to, and what stands beside the reference. */
function* operationsOf(
  item: unknown,
  { name, pointer, metadata }: Place,
  references: References,
): Generator<Entry | Broken> {
  const { value } = references.resolve(item)
  if (!isObject(value)) yield { id: name, why: missing(item) }
  if (!isObject(item)) return
  const shared = isObject(value) && value !== item ? { ...value, ...item } : item
  for (const { method, step, operation } of givenIn(shared)) {
    const id = `${method} ${name}`
    if (!isObject(operation)) yield { id, why: "an operation that is no object" }
    else {
      const place = `${pointer}/${step}`
      yield {
        id,
        pointer: place,
        title: textIn(operation, "summary") || id,
        metadata: { ...metadata, ...operationMetadata(method, operation) },
        text: () => operationText({ title: id, operation, shared }, references),
      }
      // Those of callbacks are not followed: they may lead back to where they are from.
      if (metadata["kind"] !== "callback") yield* callbacksOf(operation, { name: id, pointer: place }, references)
    }
  }
}

/** What an operation makes the API call: by name, Path Items under expressions that tell the URL. */
function* callbacksOf(
  operation: Unknown,
  { name, pointer }: Pick<Place, "name" | "pointer">,
  references: References,
): Generator<Entry | Broken> {
  for (const [callback, given] of Object.entries(objectIn(operation, "callbacks"))) {
    const { value } = references.resolve(given)
    if (!isObject(value)) yield { id: `callback ${callback} of ${name}`, why: missing(given, "a callback") }
    else
      for (const [expression, item] of Object.entries(value)) {
        const steps = ["callbacks", callback, expression].map(escapeStep)
        const place = { name: `callback ${callback} ${expression} of ${name}`, pointer: [pointer, ...steps].join("/") }
        yield* operationsOf(item, { ...place, metadata: { kind: "callback", callback } }, references)
      }
  }
}

/** `additionalOperations`, since 3.2: methods that OpenAPI has no field for, as they are sent. */
function* givenIn(item: Unknown) {
  for (const step of methods) {
    const operation = item[step]
    if (operation !== undefined) yield { method: step.toUpperCase(), step, operation }
  }
  for (const [method, operation] of Object.entries(objectIn(item, "additionalOperations")))
    yield { method, step: `additionalOperations/${escapeStep(method)}`, operation }
}

/** Why there is none. */
const missing = (item: unknown, what = "a path"): string => {
  const reference = isObject(item) ? item["$ref"] : undefined
  if (typeof reference !== "string") return `${what} that is no object`
  return reference.startsWith("#")
    ? `a reference that leads nowhere: ${reference}`
    : `a reference into another file, which is not followed: ${reference}`
}

const operationMetadata = (method: string, operation: Unknown): Metadata => {
  const operationId = textIn(operation, "operationId")
  return {
    method,
    tag: listOf(operation["tags"]).filter((tag) => typeof tag === "string"),
    ...(operationId === "" ? {} : { operationId }),
  }
}
