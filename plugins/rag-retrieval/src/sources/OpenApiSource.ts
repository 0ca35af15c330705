import { LlmError } from "@switchyard/core"
import type { Document, DocumentSource, Metadata, SourceItem } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { load as loadYaml } from "js-yaml"
import { wrongNumber } from "../internal/wrongNumber.ts"
import { entriesOf } from "./openapi/entriesOf.ts"
import { isObject, type Unknown } from "./openapi/References.ts"
import { decodeText } from "./read/decodeText.ts"
import { readStable, skipped } from "./read/readStable.ts"
import { unreserved } from "./reservedFields.ts"
import { nameOf, noPath, slashed } from "./sourcePath.ts"

export interface OpenApiOptions {
  /** Names the source in an index. Default: the file's absolute path. */
  readonly id?: string
  /** Default: 20 MB. */
  readonly maxBytes?: number
  /** Goes with every document. */
  readonly metadata?: Metadata
}

/**
 * An API described in OpenAPI 3.0, 3.1 or 3.2, as JSON or YAML: a document for each operation, webhook, callback and
 * schema, and one for the API. Metadata: `kind` (`operation`, `webhook`, `callback`, `schema`, `overview`), `method`, `path`,
 * `webhook` or `callback`, `tag`, `operationId`. Citations are the file with a JSON Pointer: `api.yaml#/paths/~1pets/get`. A file that is no such
 * description fails with `InvalidRequest`; an operation that is broken is skipped, as is a path that stands in another file.
 */
export const openApiSource = (path: string, options: OpenApiOptions = {}): DocumentSource => ({
  id: options.id ?? nameOf(path),
  items: Stream.unwrap(
    Effect.gen(function* () {
      const { maxBytes = 20_000_000 } = options
      const bytes = yield* noPath(path) ?? wrongNumber({ maxBytes }) ?? readStable(path, { maxBytes })
      if ("why" in bytes) return yield* refused(path, bytes.why)
      const decoded = decodeText(bytes)
      if (decoded === undefined) return yield* refused(path, "is no text in UTF-8")
      const api = yield* parsed(path, decoded.text)
      return Stream.fromIterable(itemsOf(api, slashed(path), unreserved(options.metadata)))
    }),
  ),
})

const refused = (path: string, why: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "source", message: `${path} cannot be indexed as an API: ${why}` },
    { operation: "config" },
  )

const parsed = (path: string, text: string): Effect.Effect<Unknown, LlmError> =>
  Effect.try({
    try: (): unknown => (text.trimStart().startsWith("{") ? JSON.parse(text) : loadYaml(text)),
    catch: (error) => refused(path, `it is neither JSON nor YAML (${error instanceof Error ? error.message : ""})`),
  }).pipe(
    Effect.flatMap((api) => {
      if (!isObject(api)) return Effect.fail(refused(path, "it is no object"))
      if (api["swagger"] !== undefined)
        return Effect.fail(refused(path, `it is Swagger ${String(api["swagger"])}: convert it to OpenAPI 3`))
      return /^3\.\d/.test(String(api["openapi"]))
        ? Effect.succeed(api)
        : Effect.fail(refused(path, 'it is no OpenAPI 3 description: "openapi" must be 3.x'))
    }),
  )

function* itemsOf(api: Unknown, source: string, metadata: Metadata): Generator<SourceItem> {
  for (const entry of entriesOf(api)) {
    if ("why" in entry) yield { id: entry.id, read: Effect.succeed(skipped(entry.why)) }
    else
      yield {
        id: entry.id,
        read: Effect.sync((): Document => ({
          id: entry.id,
          text: entry.text(),
          title: entry.title,
          source: `${source}#${entry.pointer}`,
          mediaType: "text/markdown",
          metadata: { ...metadata, ...entry.metadata, sourceLines: [] },
        })),
      }
  }
}
