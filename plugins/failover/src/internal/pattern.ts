/** Does `name` ("provider/model") fit a pattern: itself, or with `*` for any characters? */
export const fits = (pattern: string, name: string): boolean => {
  if (!pattern.includes("*")) return pattern === name
  const words = pattern.split("*").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
  return new RegExp(`^${words.join(".*")}$`, "s").test(name)
}

/** Of the patterns that fit, the most exact: without a star, else the one with most other characters. */
export const bestFit = <A>(table: Readonly<Record<string, A>>, name: string): A | undefined => {
  let best: string | undefined
  for (const pattern of Object.keys(table)) {
    if (!fits(pattern, name)) continue
    if (best === undefined || weight(pattern) > weight(best)) best = pattern
  }
  return best === undefined ? undefined : table[best]
}

const weight = (pattern: string): number =>
  pattern.includes("*") ? pattern.replaceAll("*", "").length : Number.POSITIVE_INFINITY
