import type { Reading } from "./Reading.ts"
import { readPrompt } from "./readPrompt.ts"

const most = 32
const recent = new Map<string, Reading>()

/** A prompt as it is read. The last ones are kept, since the embedder and the guard read the same text one after the other. */
export const readingOf = (text: string): Reading => {
  const known = recent.get(text)
  if (known !== undefined) return known
  const reading = readPrompt(text)
  for (const [oldest] of recent) {
    if (recent.size < most) break
    recent.delete(oldest)
  }
  recent.set(text, reading)
  return reading
}
