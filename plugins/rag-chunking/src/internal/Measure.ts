/** The size of pieces of one text, in one unit. */
export interface Measure {
  /** Exact: `reach` and `back` are the furthest places, and need no second look. */
  readonly exact: boolean
  readonly size: (from: number, to: number) => number
  /** The furthest `to` with `size(from, to)` at most `max`; a guess where it is not exact. */
  readonly reach: (from: number, max: number) => number
  /** The earliest `from`, at least `low`, with `size(from, to)` at most `max`. */
  readonly back: (to: number, max: number, low: number) => number
}

/** Whether [from, to) is at most `max`; a text that is far too long is not counted. */
export const fits = (measure: Measure, from: number, to: number, max: number): boolean =>
  measure.exact ? measure.reach(from, max) >= to : to - from <= max * 16 && measure.size(from, to) <= max

/** UTF-16 units. */
export const charMeasure = (text: string): Measure => ({
  exact: true,
  size: (from, to) => to - from,
  reach: (from, max) => Math.min(text.length, from + max),
  back: (to, max, low) => Math.max(low, to - max),
})

/** Quarters of a token: the core's estimate says four units of narrow text or one of wide text are a token. */
const quarters = (unit: number): number => (unit >= 0x2e80 ? 4 : 1)

/** Tokens as the core estimates them, without building a text for each look. */
export const estimateMeasure = (text: string): Measure =>
  /[\u2e80-\uffff]/.test(text) ? mixedMeasure(text) : narrowMeasure(text)

/** Four units are a token. */
const narrowMeasure = (text: string): Measure => ({
  exact: true,
  size: (from, to) => Math.ceil((to - from) / 4),
  reach: (from, max) => Math.min(text.length, from + max * 4),
  back: (to, max, low) => Math.max(low, to - max * 4),
})

const mixedMeasure = (text: string): Measure => ({
  exact: true,
  size: (from, to) => {
    let sum = 0
    for (let at = from; at < to; at++) sum += quarters(text.charCodeAt(at))
    return Math.ceil(sum / 4)
  },
  reach: (from, max) => {
    let left = max * 4
    let at = from
    for (; at < text.length; at++) {
      left -= quarters(text.charCodeAt(at))
      if (left < 0) break
    }
    return at
  },
  back: (to, max, low) => {
    let left = max * 4
    let at = to
    for (; at > low; at--) {
      left -= quarters(text.charCodeAt(at - 1))
      if (left < 0) break
    }
    return at
  },
})

/** Tokens by a counter. How many units a token has is learnt on the way, so that most chunks are counted once or twice. */
export const counterMeasure = (text: string, count: (text: string) => number): Measure => {
  let perToken = 4
  const size = (from: number, to: number): number => {
    if (from >= to) return 0
    const tokens = count(text.slice(from, to))
    if (tokens > 4) perToken = Math.min(16, Math.max(0.25, (to - from) / tokens))
    return tokens
  }
  return {
    exact: false,
    size,
    reach: (from, max) => Math.min(text.length, from + Math.max(1, Math.floor(max * perToken))),
    back: (to, max, low) => {
      let width = Math.min(to - low, Math.floor(max * perToken))
      for (let tries = 0; width > 0 && tries < 12; tries++) {
        const tokens = size(to - width, to)
        if (tokens <= max) return to - width
        width = Math.min(width - 1, Math.floor((width * max) / tokens))
      }
      return to
    },
  }
}
