import { describe } from "@effect/vitest"

/** A titled group of tests; like `describe`, but usable where nothing is to be returned. */
export const group = (title: string, body: () => void): void => {
  describe(title, body)
}
