import type { Members } from "../Value.ts"

/** A name without its style: `firstName`, `first_name` and `First Name` are the same. */
export const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "")

/** The fields that are called otherwise than the schema calls them, where only one can be meant: given name to due name. */
export const renames = (value: Members, properties: Members): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const due = Object.keys(properties).filter((name) => !Object.hasOwn(value, name))
  const given = Object.keys(value).filter((name) => !Object.hasOwn(properties, name))
  for (const name of due) {
    const alike = given.filter((other) => plain(other) === plain(name))
    const rivals = due.filter((other) => plain(other) === plain(name))
    const [only] = alike
    if (alike.length === 1 && rivals.length === 1 && only !== undefined && plain(name) !== "") found.set(only, name)
  }
  return found
}
