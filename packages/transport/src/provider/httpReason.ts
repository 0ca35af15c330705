import type { Reason, ReasonTag } from "@switchyard/core"

/** How each HTTP status reads when the vendor says nothing more exact. Source: OpenAI's and Anthropic's error references. */
const byStatus: Readonly<Record<number, ReasonTag>> = {
  400: "InvalidRequest",
  401: "Unauthorized",
  402: "QuotaExhausted",
  403: "Forbidden",
  404: "ModelNotFound",
  408: "Timeout",
  409: "ProviderInternal",
  413: "ContextTooLong",
  422: "InvalidRequest",
  429: "RateLimited",
  500: "ProviderInternal",
  502: "ProviderInternal",
  503: "Overloaded",
  504: "Overloaded",
  529: "Overloaded",
}

export const tagOfStatus = (status: number): ReasonTag =>
  byStatus[status] ?? (status >= 500 ? "ProviderInternal" : "InvalidRequest")

/** What a vendor told of a failure. `status` is absent for an error inside a 200, `retryAfterMs` where nothing was asked. */
export interface Told {
  readonly message: string
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** A failure of this kind in the vendor's words. */
export const httpReason = (tag: ReasonTag, { message, status, code, type, field, retryAfterMs }: Told): Reason => {
  const fields = {
    message: status === undefined ? message : `${message} (HTTP ${status})`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined
      ? {}
      : { http: { status, ...(code === undefined ? {} : { code }), ...(type === undefined ? {} : { type }) } }),
  }
  switch (tag) {
    case "InvalidRequest":
      return { _tag: tag, ...fields, ...(field === undefined ? {} : { field }) }
    case "Timeout":
      return { _tag: tag, ...fields, phase: "total", ms: 0 }
    case "ContextTooLong":
    case "ContentFiltered":
    case "QuotaExhausted":
    case "RateLimited":
    case "Unauthorized":
    case "Forbidden":
    case "ModelNotFound":
    case "Overloaded":
      return { _tag: tag, ...fields }
    default:
      return { _tag: "ProviderInternal", ...fields }
  }
}
