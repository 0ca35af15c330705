/** An answer of a model and what is meant by it; `none`: there is no JSON in it. */
export type Case = readonly [text: string, expected: unknown]
export type Corpus = Readonly<Record<string, ReadonlyArray<Case>>>
export const none = Symbol("none")
