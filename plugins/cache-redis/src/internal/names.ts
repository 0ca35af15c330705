/** No text that a user can choose ends a field, is a pattern, or is another's: lone surrogates too keep apart. */
export const escaped = (text: string): string => (plain.test(text) ? text : encodedText(text))

const plain = /^[\w.-]*$/

const encodedText = (text: string): string =>
  encodeURIComponent(JSON.stringify(text).slice(1, -1)).replace(
    /[*()!']/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  )

export const unescaped = (text: string): string => {
  const parsed: unknown = JSON.parse(`"${decodeURIComponent(text)}"`)
  return String(parsed)
}

const tenantPart = (tenant: string | undefined): string => (tenant === undefined ? "-" : `t${escaped(tenant)}`)

/** Who an answer belongs to and what it answers: the name of an entry within the cache. No tenant is not the empty one. */
export const memberOf = (tenant: string | undefined, key: string): string => `${tenantPart(tenant)}:${escaped(key)}`

export const ofTenant = (tenant: string): string => `${tenantPart(tenant)}:`
export const keyIn = (member: string): string => unescaped(member.slice(member.indexOf(":") + 1))

/** The keys in Redis, all under one prefix. */
export class Names {
  readonly #prefix: string
  /** Tells processes what changed. */
  readonly channel: string
  /** Sorted sets; scores are the ms since 1970 at which an entry's time is over. */
  readonly all: string
  readonly models: string
  readonly fence: string
  readonly floor: string

  constructor(prefix: string) {
    this.#prefix = prefix
    this.channel = `${prefix}changes`
    this.all = `${prefix}all`
    this.models = `${prefix}models`
    this.fence = `${prefix}fence`
    this.floor = `${prefix}floor`
  }

  entry(member: string): string {
    return `${this.#prefix}entry:${member}`
  }

  lease(member: string): string {
    return `${this.#prefix}lease:${member}`
  }

  ofModel(model: string): string {
    return `${this.#prefix}model:${escaped(model)}`
  }

  ofTag(name: string, value: string): string {
    return `${this.#prefix}tag:${escaped(name)}=${escaped(value)}`
  }
}
