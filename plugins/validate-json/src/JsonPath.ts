/** A step of a path: a field's name, a position in an array, or every item. */
export type Step = string | number | "*"

/**
 * Reads a path into JSON: `a.b`, `items[0].name`, `$.a["b c"]`, `items[*].price`. A negative position counts from the end.
 * `undefined` when it cannot be read.
 */
export const parsePath = (path: string): ReadonlyArray<Step> | undefined => {
  const steps: Array<Step> = []
  const step = /\.?(?:\[(-?\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]|(\*)|([^.[\]]+))/y
  let at = path.startsWith("$") ? 1 : 0
  while (at < path.length) {
    step.lastIndex = at
    const found = step.exec(path)
    if (found === null) return undefined
    const [whole, index, double, single, star, name] = found
    steps.push(index !== undefined ? Number(index) : (double ?? single ?? star ?? name ?? "*"))
    at += whole.length
  }
  return steps
}

/** A value and where it is. */
export interface Located {
  readonly path: ReadonlyArray<string | number>
  readonly value: unknown
}

/** Every value at a path; none when it is not there. */
export const valuesAt = (root: unknown, steps: ReadonlyArray<Step>): ReadonlyArray<Located> => {
  let found: ReadonlyArray<Located> = [{ path: [], value: root }]
  for (const step of steps) found = found.flatMap((located) => next(located, step))
  return found
}

const next = ({ path, value }: Located, step: Step): ReadonlyArray<Located> => {
  if (typeof value !== "object" || value === null) return []
  if (step === "*" && !Object.hasOwn(value, "*"))
    return Object.entries(value).map(([name, member]) => ({
      path: [...path, Array.isArray(value) ? Number(name) : name],
      value: member,
    }))
  const key = Array.isArray(value) && Number(step) < 0 ? value.length + Number(step) : step
  const member = Object.entries(Object.getOwnPropertyDescriptor(value, key) ?? {}).find(([name]) => name === "value")
  return member === undefined
    ? []
    : [{ path: [...path, Array.isArray(value) ? Number(key) : String(key)], value: member[1] }]
}
