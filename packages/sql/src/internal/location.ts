import { resolve } from "node:path"
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
  | { readonly engine: "unknown"; readonly name: string; readonly problem: string }

const memory = ":memory:"

const sqlite = (file: string): Location =>
  file === memory || file === ""
    ? { engine: "sqlite", file: memory, name: memory }
    : { engine: "sqlite", file: resolve(file), name: resolve(file) }

/** Nothing of a URL that was not understood is shown: any part of it may be the password. */
const unknown = (scheme: string, problem: string): Location => ({ engine: "unknown", name: `${scheme}://…`, problem })

const postgres = (text: string): Location => {
  const problem = unreadable(text)
  if (problem !== undefined) return unknown("postgres", problem)
  const url = new URL(text)
  const user = url.username === "" ? "" : `${url.username}@`
  const given = [url.password, url.searchParams.get("password") ?? ""]
  const secrets = given.flatMap((secret) => (secret.length < telling ? [] : [secret, decoded(secret)]))
  return { engine: "postgres", url: text, name: `postgres://${user}${url.host}${url.pathname}`, secrets }
}

/** A shorter password is a part of many words, and nobody can tell which. */
const telling = 4

const escapes = "In a user's name or password write / ? # @ % as %2F %3F %23 %40 %25"

/** Why a URL of Postgres is not used. What a URL is to others is not enough: a password may have ended it too early. */
const unreadable = (text: string): string | undefined => {
  const [, authority, rest = ""] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/is.exec(text) ?? []
  if (authority === undefined) return "the URL of a server begins with postgres:// and its two slashes"
  if (/[@#]/.test(rest)) return `there is an @ or # where none can be. ${escapes}`
  const hosts = authority.slice(authority.lastIndexOf("@") + 1)
  if (hosts.includes(",")) return "it has several hosts, and one is supported"
  if (hosts === "" && authority !== "")
    return "it has no host. For a Unix socket write postgres:///DATABASE?host=/FOLDER&user=NAME&password=PASSWORD"
  return URL.canParse(text) ? undefined : `it is no URL: look at its host and port. ${escapes}`
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

/**
 * Whether a text that is to be a path is a URL of some kind instead, which may hold a password: it has a scheme, or `://`
 * somewhere. One letter before a colon is a drive of Windows. `scheme` may be shown.
 */
export const looksLikeUrl = (text: string): { readonly scheme: string } | undefined => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]
  return scheme === undefined && !text.includes("://") ? undefined : { scheme: scheme ?? "" }
}

/** What a store's URL or path means. Nothing is opened. */
export const locate = (text: string): Location => {
  if (/^postgres(ql)?:/i.test(text)) return postgres(text)
  if (/^sqlite:/i.test(text)) return sqlite(afterScheme(text))
  if (/^file:\//i.test(text)) return fileUrl(text)
  const refusal = looksLikeUrl(text)
  return refusal === undefined
    ? sqlite(text)
    : unknown(refusal.scheme, "give a path, a sqlite:// URL or a postgres:// URL")
}

const fileUrl = (text: string): Location => {
  try {
    return sqlite(fileURLToPath(text))
  } catch {
    return unknown("file", "the URL of a file has the whole path and no host: file:///FOLDER/FILE")
  }
}

/** A message of the driver's without the URL's password. */
export const withoutSecrets = (text: string, location: Location): string =>
  location.engine === "postgres"
    ? location.secrets.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text)
    : text
