import { encodeImage, imageSeen } from "@switchyard/multimodal"
import { readFile } from "node:fs/promises"
import sharp from "sharp"

/** A vendor's model, and the longest side that its documentation recommends to those who resize themselves. */
export interface Limit {
  readonly vendor: string
  readonly model: string
  readonly side: number
}

export const limits: ReadonlyArray<Limit> = [
  { vendor: "openai", model: "gpt-5.4", side: 2048 },
  { vendor: "anthropic", model: "claude-haiku-4-5", side: 1568 },
  { vendor: "anthropic-hr", model: "claude-opus-5", side: 2576 },
]

/** Reads a photo and gives what stands in the request: base64. */
export type Encode = (path: string) => Promise<string>

export const ours = ({ model }: Limit): Encode => {
  return async (path) => {
    const { part } = await encodeImage(path, { model })
    if (part.source.type !== "base64") throw new Error("a part without base64")
    return part.source.base64
  }
}

export const plain: Encode = (path) => readFile(path, "base64")

/** What most people write. */
export const byHand =
  ({ side }: Limit): Encode =>
  async (path) => {
    const image = sharp(path).rotate().resize(side, side, { fit: "inside", withoutEnlargement: true })
    return (await image.jpeg({ quality: 80 }).toBuffer()).toString("base64")
  }

/** The same at the size that we send: what the search for the quality costs, and brings. */
export const toOurSize = ({ model }: Limit): Encode => {
  const { width, height } = imageSeen({ model, width: 3000, height: 4000 }) ?? { width: 0, height: 0 }
  return async (path) => {
    const image = sharp(path).rotate().resize(width, height, { fit: "fill" })
    return (await image.jpeg({ quality: 80 }).toBuffer()).toString("base64")
  }
}

export const contestants: Readonly<Record<string, (limit: Limit) => Encode>> = {
  ours,
  "plain base64": () => plain,
  "sharp by hand": byHand,
  "sharp, same size": toOurSize,
}
