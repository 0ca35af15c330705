import { familyOf, type Vendor } from "./internal/family.ts"
import { isKnownToOpenAi, maxPatches } from "./internal/seenByOpenAi.ts"

/** What a vendor takes of one image. Sizes in bytes of the file, before base64 makes it a third larger. */
export interface ImageLimits {
  /** Media types that are sent as they are. */
  readonly formats: ReadonlyArray<string>
  /** An animation goes as it is (the vendor looks at its first frame), or as its first frame. */
  readonly animated: "as-is" | "first-frame"
  /** Longest side in pixels; with more images than `manyImages` in the request `manySide` holds. */
  readonly maxSide: number
  readonly manyImages?: number
  readonly manySide?: number
  /** Of 32 x 32 pixels, in one image. */
  readonly maxPatches?: number
  /** Images in one request. */
  readonly maxImages?: number
  /** The same for models whose context window is over 200,000 tokens, where it is another number. */
  readonly maxImagesLargeWindow?: number
  readonly maxBytes: number
  /** All images of a request together. */
  readonly maxRequestBytes: number
}

const MB = 1_000_000
/** Of a limit on base64. */
const beforeBase64 = (bytes: number): number => Math.floor((bytes * 3) / 4)
const common = ["image/png", "image/jpeg", "image/webp"]

const vendors: Readonly<Record<Vendor, ImageLimits>> = {
  /**
   * https://developers.openai.com/api/docs/guides/images-vision ("Image input requirements"): 512 MB a request. 20 MB an
   * image was the documented limit before, and servers that copy the wire kept it. 1,500 images a request; "Images over
   * 30,000 patches after processing are rejected".
   */
  openai: {
    formats: [...common, "image/gif"],
    animated: "first-frame",
    maxSide: 65_535,
    maxPatches,
    maxImages: 1500,
    maxBytes: 20 * MB,
    maxRequestBytes: beforeBase64(500 * MB),
  },
  /**
   * https://platform.claude.com/docs/en/build-with-claude/vision ("Image limits and costs"): 8000 x 8000 pixels, 2000 x 2000
   * with more than 20 images; 32 MB a request; 10 MB of base64 an image, 5 MB on Bedrock and Google Cloud: 5 holds everywhere. 100
   * images a request with a context window of 200,000 tokens, 600 with a larger one.
   */
  anthropic: {
    formats: [...common, "image/gif"],
    animated: "as-is",
    maxSide: 8000,
    manyImages: 20,
    manySide: 2000,
    maxImages: 100,
    maxImagesLargeWindow: 600,
    maxBytes: beforeBase64(5 * MB),
    maxRequestBytes: beforeBase64(30 * MB),
  },
  /** https://ai.google.dev/gemini-api/docs/image-understanding: no GIF; inline data makes requests of 20 MB at most. */
  gemini: {
    formats: [...common, "image/heic", "image/heif"],
    animated: "first-frame",
    maxSide: 3072,
    maxBytes: beforeBase64(15 * MB),
    maxRequestBytes: beforeBase64(18 * MB),
  },
  /** No vendor's: what every server with eyes takes. */
  other: {
    formats: ["image/png", "image/jpeg"],
    animated: "first-frame",
    maxSide: 2048,
    maxBytes: beforeBase64(5 * MB),
    maxRequestBytes: beforeBase64(30 * MB),
  },
}

/**
 * The documented limits of a model: `"openai/gpt-5.4"`, or the vendor's name alone (`openai`, `anthropic`, `gemini`).
 * Unknown models get cautious ones: OpenAI's, too, whose sizing differs from model to model.
 */
export const imageLimits = (model: string): ImageLimits => {
  const { vendor, name } = familyOf(model)
  const isUnknown = vendor === "openai" && name !== "openai" && !isKnownToOpenAi(name)
  return vendors[isUnknown ? "other" : vendor]
}
