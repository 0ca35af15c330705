/** The first path that a schema's message names, as users write it: `breaker.openMs`, `messages[0].role`. Empty for the whole. */
export const pathIn = (message: string): string => {
  const [, path = ""] = /\n\s*at (\S.*)/.exec(message) ?? []
  return path
    .replace(/\["?([^"\]]*)"?\]/g, (_, key: string) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .replace(/^\./, "")
}
