/** Shannon's entropy of the signs of a text, in bits per sign: 0 for `aaaa`, about 4 for 20 random letters and digits. */
export const entropyPerSign = (text: string): number => {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
