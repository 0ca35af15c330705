/** The last line beginning in (low, high]; -1 where there is none. */
export const lastLine = (text: string, low: number, high: number): number => {
  const found = text.slice(low, high).lastIndexOf("\n")
  return found < 0 ? -1 : low + found + 1
}

/** The first line beginning in [low, high); -1 where there is none. */
export const firstLine = (text: string, low: number, high: number): number => {
  if (low === 0 || text.charCodeAt(low - 1) === 10) return low
  const found = text.slice(low, high - 1).indexOf("\n")
  return found < 0 ? -1 : low + found + 1
}

const isBlank = (window: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) {
    const unit = window.charCodeAt(at)
    if (unit !== 32 && unit !== 9 && unit !== 13) return false
  }
  return true
}

/** The last place in (low, high] that follows a blank line, which may hold spaces; -1 where there is none. */
export const lastParagraph = (text: string, low: number, high: number): number => {
  const window = text.slice(low, high)
  for (let end = window.lastIndexOf("\n"); end > 0;) {
    const before = window.lastIndexOf("\n", end - 1)
    if (before < 0) return -1
    if (isBlank(window, before + 1, end)) return low + end + 1
    end = before
  }
  return -1
}
