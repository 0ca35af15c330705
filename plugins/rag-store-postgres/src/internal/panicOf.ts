/** The fields of an `ErrorResponse`: severity, SQLSTATE and message. Texts hold no NUL. */
const start = Buffer.from("VPANIC\0C")
const fields = /VPANIC\0C\w{5}\0M([^\0]*)\0/

/** Why Postgres has come to its end, if an answer of it says so, as where it can't write its log. PGlite then spins. */
export const panicOf = (answer: Uint8Array): string | undefined => {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  return bytes.includes(start) ? fields.exec(bytes.toString())?.[1] : undefined
}
