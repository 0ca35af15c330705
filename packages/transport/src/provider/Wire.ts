/** Lenient reading of what a vendor sent: a field that is missing or of another type is `undefined`, never a crash. */
export type Wire = Readonly<Record<string, unknown>>

export const isWire = (value: unknown): value is Wire =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const object = (value: unknown): Wire => (isWire(value) ? value : {})
export const list = (value: unknown): ReadonlyArray<Wire> => (Array.isArray(value) ? value.filter(isWire) : [])
export const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)
export const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields that are not `undefined`. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T> // by the filter
