/**
 * How an exchange ended. `finished`: all that was scripted has been sent. `aborted`: the client went away first.
 * `cut`: this server broke the connection, by a fault or by being closed.
 */
export type ExchangeEnd = "finished" | "aborted" | "cut"

/** One request as the upstream received it. All times are `performance.now()` of this process, in milliseconds. */
export interface RecordedRequest {
  /** Position among the recorded requests, from 0. */
  readonly index: number
  readonly method: string
  /** Path without the query, such as `/v1/chat/completions`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON object; `{}` when there is no body or it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  readonly rawBody: string
  /** When the whole request had been read. */
  readonly receivedAt: number
  /** Settles when the exchange is over. Never rejects. */
  readonly closed: Promise<ExchangeEnd>
  /** How it ended; `undefined` while it is open. */
  readonly end: ExchangeEnd | undefined
  /** When the server noticed the end; `undefined` while it is open. */
  readonly closedAt: number | undefined
}
