/** Murmur3's last step: every bit of the input moves every bit of the output. */
const mix = (hash: number): number => {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const fnv = (text: string, seed: number): number => {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** A number in [0, 1) that a key always has under this name, spread evenly over keys and unrelated between names. */
export const bucketOf = (name: string, key: string): number => fnv(key, fnv(name, 0x811c9dc5)) / 2 ** 32
