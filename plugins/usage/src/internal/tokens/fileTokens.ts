import type { FilePart } from "@switchyard/core"
import type { ModelName } from "../../ModelNames.ts"
import { imageSize, type Size } from "./imageSize.ts"
import { imageTokens } from "./imageTokens.ts"

/** The size of an image stands within so many base64 characters, save for a JPEG with a large preview. */
const head = 400_000

const sizeOf = ({ source }: FilePart): Size | undefined => {
  if (source.type === "bytes") return imageSize(source.bytes)
  if (source.type !== "base64") return undefined
  return imageSize(Buffer.from(source.base64.slice(0, head), "base64"))
}

const isLow = ({ providerData }: FilePart): boolean => providerData?.["openai"]?.["detail"] === "low"

/** The tokens of a file, or `undefined` where no rule is known for its kind: sound, video, documents. */
export const fileTokens = (file: FilePart, model: ModelName): number | undefined =>
  file.mediaType.startsWith("image/") ? imageTokens(model, sizeOf(file), isLow(file)) : undefined
