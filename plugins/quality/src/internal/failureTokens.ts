/** Tokens that a message is compared by. */
const maxTokens = 40
const maxChars = 2000

/** Stands for what changes from one message to the next. */
export const hole = "<*>"

/** Linear, each: values of these kinds are never the same twice. */
const variable = [
  /"[^"]{0,400}"|'[^']{1,400}'(?!\w)|`[^`]{0,400}`|“[^”]{0,400}”/g,
  /\bhttps?:\/\/\S+/g,
  /\b[\w.+-]{1,64}@[\w.-]{1,255}/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b(?=[a-z_-]*\d)[\w-]{12,}\b/gi,
  /[-+]?\d[\d.,:]*(?:%|ms|s|kb|mb|gb)?/gi,
]

/** A message as words, with what changes left open. */
export const failureTokens = (message: string): ReadonlyArray<string> => {
  const masked = variable.reduce((text, pattern) => text.replace(pattern, ` ${hole} `), message.slice(0, maxChars))
  const tokens = masked.split(/[\s.,;:!?()[\]{}=|]+/).filter((token) => token !== "")
  const words = tokens.map((token) => (token === hole ? token : token.toLowerCase()))
  // Two holes in a row are one: a list of values has any length.
  return words.filter((word, index) => word !== hole || words[index - 1] !== hole).slice(0, maxTokens)
}
