import { existsSync } from "node:fs"
import { storeName } from "@switchyard/sql"

/** Is there such a file? Of a server nobody knows before it is asked. */
export const storeExists = (store: string): boolean => {
  const name = storeName(store)
  return /^[a-z]+:\/\//.test(name) || existsSync(name)
}
