import type { ErrorBody, ErrorName } from "../errorBodies.ts"
import type { RecordedRequest } from "../RecordedRequest.ts"
import type { Exchange } from "./Exchange.ts"
import type { JsonObject } from "./Json.ts"
import type { Transcript } from "./Transcript.ts"

/** One route: what a request to it must carry, and how its answer is written. */
export interface Route {
  readonly method: "GET" | "POST"
  readonly path: string
  /** Body members without which the vendor answers 400. */
  readonly required: ReadonlyArray<string>
  readonly transcript: (exchange: Exchange, models: ReadonlyArray<string>) => Transcript
}

/** What a vendor's wire is beyond its transport: routes, errors, keys and headers. */
export interface Dialect {
  /** What a client's base URL ends with. */
  readonly basePath: string
  readonly routes: ReadonlyArray<Route>
  readonly errorBodies: Readonly<Record<ErrorName, ErrorBody>>
  readonly undocumentedError: (status: number) => ErrorBody
  /** An error body as it leaves: some vendors repeat the request's id in it. */
  readonly addressed: (entry: ErrorBody, requestId: string) => ErrorBody
  /** What the vendor says no to before any script is asked: the wrong key, the wrong route, a malformed request. */
  readonly refusal: (
    request: RecordedRequest,
    route: Route | undefined,
    apiKey: string | undefined,
  ) => ErrorBody | undefined
  /** Headers of every answer. */
  readonly headers: (requestId: string) => Readonly<Record<string, string>>
  /** The body of a 500 for a script that threw. */
  readonly scriptFailed: (message: string) => JsonObject
}

/** Routes match by the end of the path, so that any prefix works: `/v1`, `/openai/v1`, `/openai/deployments/name`. */
export const findRoute = (dialect: Dialect, method: string, path: string): Route | undefined =>
  dialect.routes.find((route) => route.method === method && path.endsWith(route.path))

/** The errors of a dialect, addressed to one request. */
export interface Errors {
  readonly named: (name: ErrorName) => ErrorBody
  /** The documented error for a bare status; an undocumented status gets the vendor's envelope with a message. */
  readonly forStatus: (status: number) => ErrorBody
}

export const errorsOf = (dialect: Dialect, requestId: string): Errors => ({
  named: (name) => dialect.addressed(dialect.errorBodies[name], requestId),
  forStatus: (status) => {
    const documented = Object.values(dialect.errorBodies).find((entry) => entry.status === status)
    return dialect.addressed(documented ?? dialect.undocumentedError(status), requestId)
  },
})
