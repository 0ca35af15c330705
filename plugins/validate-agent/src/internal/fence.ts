/** A piece of material that a prompt shows: what it is, and its text. */
export interface Material {
  readonly label: string
  readonly text: string
}

/**
 * Marks of one question to a judge. `marker` stands around every piece of material, `id` must stand in the verdict.
 * Neither occurs in any of the material, so that material can neither close its fence nor hold a verdict that counts.
 */
export interface Fence {
  readonly marker: string
  readonly id: string
  readonly show: (material: Material) => string
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/. Names only; nothing rests on it being hard to guess. */
const fnv = (text: string, seed: number): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

const name = (prefix: string, texts: ReadonlyArray<string>): string => {
  for (let round = 0; ; round++) {
    let hash = round
    for (const text of texts) hash = fnv(text, hash)
    const found = `${prefix}-${hash.toString(36)}${fnv(prefix, hash).toString(36)}`
    if (!texts.some((text) => text.includes(found))) return found
  }
}

/** The marks for these texts. The same texts give the same marks, so that the same question is the same request. */
export const makeFence = (texts: ReadonlyArray<string>): Fence => {
  const marker = name("material", texts)
  return {
    marker,
    id: name("verdict", texts),
    show: ({ label, text }) => `<<<${marker} ${label}\n${text}\n${marker}>>>`,
  }
}
