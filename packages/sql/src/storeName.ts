import * as Redacted from "effect/Redacted"
import { locate } from "./internal/location.ts"

/** What may be shown of a store's path or URL: the full path of a file, or a server without password and parameters. */
export const storeName = (url: string | Redacted.Redacted): string => locate(plain(url)).name

/** The text of a URL that may be hidden. */
export const plain = (url: string | Redacted.Redacted): string => (typeof url === "string" ? url : Redacted.value(url))
