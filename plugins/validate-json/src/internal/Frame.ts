import type { Members, Value } from "./Value.ts"

interface Common {
  /** What comes next: a name, the colon behind it, a value, or the comma behind that. */
  readonly state: "key" | "colon" | "value" | "comma"
  /** The name of the field whose value comes next. */
  readonly name: string
  /** A comma has been read and nothing behind it. */
  readonly afterComma: boolean
  /** How far the line with the opening bracket is indented, in characters, and the first name on a line of its own. */
  readonly indent: number
  readonly inner: number
}

/** An open object. `bare`: it has unquoted names. `newest`: the name of the last value. */
export interface ObjectFrame extends Mutable<Common> {
  readonly kind: "object"
  readonly value: Members
  bare: boolean
  count: number
  newest: string | undefined
  /** Where the newest name begins, in the whole answer. */
  nameAt: number
}

/** An open array. `close`: the bracket that ends it. `wrapper`: it began with a brace, so it may be a doubled one. */
export interface ArrayFrame extends Mutable<Common> {
  readonly kind: "array"
  readonly value: Array<Value>
  readonly close: "]" | ")" | "}"
  readonly wrapper: boolean
}

export type Frame = ObjectFrame | ArrayFrame

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export const objectFrame = (value: Members, indent: number): ObjectFrame => ({
  kind: "object",
  value,
  state: "key",
  name: "",
  afterComma: false,
  indent,
  inner: -1,
  bare: false,
  count: 0,
  newest: undefined,
  nameAt: 0,
})

export const arrayFrame = (
  value: Array<Value>,
  close: ArrayFrame["close"],
  indent = 0,
  wrapper = false,
): ArrayFrame => ({
  kind: "array",
  value,
  close,
  state: "value",
  name: "",
  afterComma: false,
  indent,
  inner: -1,
  wrapper,
})

/** The bracket that ends it. */
export const closerOf = (frame: Frame): string => (frame.kind === "object" ? "}" : frame.close)
