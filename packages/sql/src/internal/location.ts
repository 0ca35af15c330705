import { isAbsolute, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** Where a store is. `name` may be shown: it holds no password. */
export type Location =
  | { readonly engine: "sqlite"; readonly file: string; readonly name: string }
  | {
      readonly engine: "postgres"
      readonly url: string
      readonly name: string
      readonly secrets: ReadonlyArray<string>
    }
  | { readonly engine: "unknown"; readonly name: string }

const memory = ":memory:"

const sqlite = (file: string): Location =>
  file === memory || file === ""
    ? { engine: "sqlite", file: memory, name: memory }
    : { engine: "sqlite", file: resolve(file), name: resolve(file) }

const postgres = (text: string): Location => {
  if (!URL.canParse(text)) return { engine: "unknown", name: "a postgres:// URL that cannot be read" }
  const url = new URL(text)
  const user = url.username === "" ? "" : `${url.username}@`
  const given = [url.password, url.searchParams.get("password") ?? ""]
  const secrets = given.flatMap((secret) => (secret === "" ? [] : [secret, decoded(secret)]))
  return { engine: "postgres", url: text, name: `postgres://${user}${url.host}${url.pathname}`, secrets }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `sqlite:///abs`, `sqlite://rel`, `sqlite:rel`, `sqlite::memory:`, and `sqlite:///C:/x` on Windows. */
const afterScheme = (text: string): string => {
  const path = text.replace(/^sqlite:(\/\/)?/i, "")
  return /^\/[A-Za-z]:[\\/]/.test(path) ? path.slice(1) : path
}

/** What a store's URL or path means. Nothing is opened. */
export const locate = (text: string): Location => {
  if (/^postgres(ql)?:\/\//i.test(text)) return postgres(text)
  if (/^sqlite:/i.test(text)) return sqlite(afterScheme(text))
  if (/^file:\/\//i.test(text)) return fileUrl(text)
  const scheme = /^([A-Za-z][\w+.-]+):\/\//.exec(text)?.[1]
  return scheme === undefined || isAbsolute(text) ? sqlite(text) : { engine: "unknown", name: `${scheme}://…` }
}

const fileUrl = (text: string): Location => {
  try {
    return sqlite(fileURLToPath(text))
  } catch {
    return { engine: "unknown", name: text }
  }
}

/** A message of the driver's without the URL's password. */
export const withoutSecrets = (text: string, location: Location): string =>
  location.engine === "postgres"
    ? location.secrets.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text)
    : text
