/** What keeps this process alive, by kind. */
export type Usage = ReadonlyMap<string, number>

export const usage = (): Usage => {
  const found = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) found.set(kind, (found.get(kind) ?? 0) + 1)
  return found
}

const more = (before: Usage): ReadonlyArray<string> =>
  [...usage()].flatMap(([kind, now]) => {
    const extra = now - (before.get(kind) ?? 0)
    return extra > 0 ? [`${extra} ${kind}`] : []
  })

/** What is there now and was not before, once sockets that are closing have closed: two seconds at most. */
export const leftovers = async (before: Usage): Promise<ReadonlyArray<string>> => {
  for (let tries = 0; tries < 20 && more(before).length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return more(before)
}
