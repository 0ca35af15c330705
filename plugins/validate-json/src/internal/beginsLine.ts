/** Is there nothing but blanks before it on its line? */
export const beginsLine = (text: string, at: number): boolean => {
  let before = at - 1
  while (before >= 0 && before > at - 80 && (text.charCodeAt(before) === 0x20 || text.charCodeAt(before) === 0x09))
    before--
  return text.charCodeAt(before) === 0x0a
}
