import type { SqlError } from "effect/sql/SqlError"
import { type Location, withoutSecrets } from "./location.ts"

/** What a driver says, on one line, without the URL's password. The cause says more than its wrapper; each text once. */
export const problemOf = ({ reason }: SqlError, location: Location): string => {
  const { cause, message, _tag } = reason
  const own = message || _tag
  const more = cause instanceof Error && !own.includes(cause.message) ? `${own} (${cause.message})` : own
  return withoutSecrets(more, location).replace(/\s+/g, " ")
}
