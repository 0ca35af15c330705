import { existsSync, realpathSync } from "node:fs"
import { resolve } from "node:path"
import type { LlmError } from "@switchyard/core"
import { looksLikeUrl, storeName } from "@switchyard/sql"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { notOpened } from "./failure.ts"

/** Where a store is: the URL of a server, or a folder. `name` may be shown. */
export interface Place {
  readonly url: string
  readonly name: string
  readonly embedded: boolean
}

export const memory = "memory://"

/** What `url` means. What looks like a URL and is of no kind that is known is refused: it may hold a password. */
export const placeOf = (given: string | Redacted.Redacted): Effect.Effect<Place, LlmError> => {
  const url = Redacted.isRedacted(given) ? Redacted.value(given) : given
  if (/^postgres(ql)?:/i.test(url)) return Effect.succeed({ url, name: storeName(url), embedded: false })
  if (url === memory) return Effect.succeed({ url, name: url, embedded: true })
  const refusal = looksLikeUrl(url)
  if (refusal !== undefined) {
    return Effect.fail(
      notOpened(`${refusal.scheme}://…`, "give the path of a folder, memory:// or the postgres:// URL of a server"),
    )
  }
  // The folder itself, whatever links lead there: two paths of it are one place.
  const path = resolve(url)
  const folder = existsSync(path) ? realpathSync(path) : path
  return Effect.succeed({ url: folder, name: folder, embedded: true })
}
