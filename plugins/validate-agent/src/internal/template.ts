import { hint } from "@switchyard/core"

/** A prompt with its placeholders filled: which were used, and a warning for each that nothing is known of. */
export interface Filled {
  readonly text: string
  readonly used: ReadonlySet<string>
  readonly warnings: ReadonlyArray<string>
}

const placeholder = /\{([A-Z][A-Z0-9_]{1,60})\}/g

/**
 * Fills `{NAME}` in one pass: a name that stands in a value is not filled in turn. Quotes right around a placeholder are
 * kept. What is not known stays as it is, with a warning.
 */
export const fill = (template: string, values: ReadonlyMap<string, string>): Filled => {
  const used = new Set<string>()
  const unknown = new Set<string>()
  const text = template.replace(placeholder, (whole, name: string) => {
    const value = values.get(name)
    if (value === undefined) {
      unknown.add(name)
      return whole
    }
    used.add(name)
    return value
  })
  const known = [...values.keys()]
  return {
    text,
    used,
    warnings: [...unknown].map((name) => `the placeholder {${name}} is not known${hint(name, known)}`),
  }
}
