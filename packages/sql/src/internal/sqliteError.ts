import { classifySqliteError, SqlError } from "effect/sql/SqlError"

const busyCodes = [5, 6] // SQLITE_BUSY, SQLITE_LOCKED

/** `node:sqlite` gives the code as `errcode`; Effect reads it as `errno`. */
const codeOf = (cause: unknown): number | undefined =>
  typeof cause === "object" && cause !== null && "errcode" in cause && typeof cause.errcode === "number"
    ? cause.errcode
    : undefined

/** What `node:sqlite` and the file system throw, as Effect's error. */
export const sqliteError = (thrown: unknown, operation: string): SqlError => {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const errno = codeOf(thrown)
  const cause = errno === undefined ? new Error(message) : Object.assign(new Error(message), { errno })
  return new SqlError({ reason: classifySqliteError(cause, { message, operation }) })
}

/** Another connection holds the lock: it is worth waiting. */
export const isBusy = ({ reason }: SqlError): boolean => {
  const { cause } = reason
  const code = typeof cause === "object" && cause !== null && "errno" in cause ? cause.errno : undefined
  return typeof code === "number" && busyCodes.includes(code & 0xff)
}
