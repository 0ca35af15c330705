import type { FilePart, LlmError } from "@switchyard/core"
import { isPrivateHost } from "@switchyard/transport"
import { refused } from "./refusals.ts"

export interface UrlPolicy {
  readonly allowHosts: ReadonlyArray<string>
  /** Does this candidate fetch URLs itself, and may it be left to do so? */
  readonly passedOn: boolean
}

/** References into the stores of clouds, which only those who run there can read: Vertex AI takes gs://, Bedrock s3://. */
const isStoreReference = (url: string): boolean => /^(gs|s3):\/\/[^/]/i.test(url)

export const isListed = (url: string, allowHosts: ReadonlyArray<string>): boolean => {
  const host = URL.parse(url)?.hostname.toLowerCase() ?? ""
  return allowHosts.some((name) => name.toLowerCase() === host)
}

/** Is it left to the vendor? What may be private cannot be reached by it. */
export const isPassedOn = (url: string, { allowHosts, passedOn }: UrlPolicy): boolean =>
  passedOn && !isListed(url, allowHosts)

/**
 * Why a URL must not go to a vendor nor be fetched here, whatever the type of the file behind it: a private host, or
 * neither http, https nor data. `gs://` and `s3://` pass to models that fetch URLs. `undefined` when nothing is wrong.
 */
export const urlProblem = ({ source }: FilePart, what: string, policy: UrlPolicy): LlmError | undefined => {
  if (source.type !== "url" || /^data:/i.test(source.url)) return undefined
  const { url } = source
  if (policy.passedOn && isStoreReference(url)) return undefined
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    return refused(what, "its URL is neither http nor https; give the bytes instead")
  }
  return isPrivateHost(url) && !isListed(url, policy.allowHosts)
    ? refused(what, "its URL leads to a private host; give the bytes, or list it in allowHosts")
    : undefined
}
