import type * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import { locate } from "./internal/location.ts"
import { problemOf } from "./internal/problemOf.ts"
import { plain } from "./storeName.ts"

/** What the driver of the store at `url` says went wrong, on one line, without the URL's password. */
export const storeProblem =
  (url: string | Redacted.Redacted) =>
  (error: SqlError): string =>
    problemOf(error, locate(plain(url)))
