const most = 1000

/**
 * Is it nested so deeply that a parser which calls itself at each level may run out of stack? A native parser would take the
 * process with it, so it is asked first: brackets, signs in a row, and type arguments in a row.
 */
export const tooDeep = (code: string): boolean => {
  let [depth, signs, types] = [0, 0, 0]
  for (const [token] of code.matchAll(/[([{]|[)\]}]|[-+!~]|[\w$]+\s*<|\S/g)) {
    const first = token.charAt(0)
    depth += "([{".includes(first) ? 1 : ")]}".includes(first) && depth > 0 ? -1 : 0
    signs = "-+!~".includes(first) ? signs + 1 : 0
    types = token.endsWith("<") && token.length > 1 ? types + 1 : 0
    if (depth > most || signs > most || types > most / 5) return true
  }
  return false
}
