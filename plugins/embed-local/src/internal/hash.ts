/** FNV-1a over the UTF-16 units from `start` to `end`, with the finaliser of MurmurHash3: 32 bits, the same on every machine. */
export const hash = (text: string, seed: number, start = 0, end = text.length): number => {
  let h = 0x811c9dc5 ^ seed
  for (let i = start; i < end; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
