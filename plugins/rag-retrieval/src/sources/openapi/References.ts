/** A value of a document that nobody has checked. */
export interface Unknown {
  readonly [key: string]: unknown
}

export const isObject = (value: unknown): value is Unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** A text field, without the space around it; `""` where there is none. */
export const textIn = (value: Unknown, field: string): string => {
  const text = value[field]
  return typeof text === "string" ? text.trim() : ""
}

/** One step of a JSON Pointer (RFC 6901). */
export const escapeStep = (step: string): string => step.replaceAll("~", "~0").replaceAll("/", "~1")

const unescapeStep = (step: string): string => {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~")
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}

/** What a value is, and what it is called if it is a reference. `undefined`: the reference leads nowhere here. */
export interface Resolved {
  readonly value: unknown
  readonly name: string | undefined
}

/** Longer chains of references to references are circles. */
const maxSteps = 20

/** Follows `$ref` within a document. References to other documents are named and not opened. */
export class References {
  readonly #root: Unknown

  constructor(root: Unknown) {
    this.#root = root
  }

  resolve(given: unknown): Resolved {
    let value = given
    let name: string | undefined
    for (let steps = 0; isObject(value) && typeof value["$ref"] === "string"; steps++) {
      const reference = value["$ref"]
      name ??= unescapeStep(reference.split("/").at(-1) ?? reference)
      if (steps >= maxSteps || !reference.startsWith("#")) return { value: undefined, name: `${name} (${reference})` }
      value = this.#at(reference.slice(1))
    }
    return { value, name }
  }

  #at(pointer: string): unknown {
    let value: unknown = this.#root
    for (const step of pointer.split("/").slice(1)) {
      const key = unescapeStep(step)
      if (Array.isArray(value)) value = value[Number(key)]
      else if (isObject(value) && Object.hasOwn(value, key)) value = value[key]
      else return undefined
    }
    return value
  }
}
