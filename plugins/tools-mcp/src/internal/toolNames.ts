/** What vendors take as the name of a tool: 1 to 64 of a-z, A-Z, 0-9, _ and -. */
export const maxName = 64

/** A tool of a server that wants a name. */
export interface Nameless {
  readonly server: string
  readonly tool: string
}

/**
 * Names for tools, in their order, each valid and none twice or in `taken`. A tool keeps its own name, unless another has
 * it too: then both are called `server__tool`. The same tools always get the same names.
 */
export const namesFor = (
  tools: ReadonlyArray<Nameless>,
  taken: ReadonlySet<string>,
  max = maxName,
): ReadonlyArray<string> => {
  const own = tools.map(({ tool }) => valid(tool, max))
  const count = new Map<string, number>()
  for (const name of own) count.set(name, (count.get(name) ?? 0) + 1)
  const shared = (name: string) => taken.has(name) || (count.get(name) ?? 0) > 1
  const used = new Set([...taken, ...own.filter((name) => !shared(name))])
  return tools.map(({ server, tool }, index) => {
    const name = own[index] ?? ""
    if (!shared(name)) return name
    const free = firstFree(valid(`${server}__${tool}`, max), used, max)
    used.add(free)
    return free
  })
}

/** Characters that are not allowed become `_`; what is too long is cut, and keeps a trace of the whole. */
const valid = (name: string, max: number): string => {
  const clean = name.replace(/[^a-zA-Z0-9_-]/g, "_")
  if (clean === "") return "_"
  return clean.length <= max ? clean : `${clean.slice(0, max - 9)}_${hash(name)}`
}

const firstFree = (name: string, used: ReadonlySet<string>, max: number): string => {
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name.slice(0, max - String(n).length - 1)}_${n}`
    if (!used.has(tried)) return tried
  }
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const hash = (text: string): string => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0
  }
  return value.toString(16).padStart(8, "0")
}
