/** The words of an answer say which call it answers, so that none can be taken for another's. */
export const textFor = (prompt: string): string =>
  Array.from({ length: 20 }, (_, at) => `${prompt}:${at}${at === 19 ? "." : " "}`).join("")

/** The call that a request belongs to. */
export const promptOf = (rawBody: string): string => /call-\d+/.exec(rawBody)?.[0] ?? ""
