import { hash } from "node:crypto"
import { ProviderResponse } from "@switchyard/core"
import * as Schema from "effect/Schema"
import * as Option from "effect/Option"
import type { Kept } from "./Entry.ts"

/** Raised when the form of entries changes: others are dropped. */
export const version = 1

const Entry = Schema.Struct({
  id: Schema.String,
  key: Schema.String,
  tenant: Schema.optionalKey(Schema.String),
  asked: Schema.String,
  provider: Schema.String,
  tags: Schema.Record(Schema.String, Schema.String),
  storedAt: Schema.Finite,
  ttlMs: Schema.Finite,
  usd: Schema.optionalKey(Schema.Finite),
  ms: Schema.Finite,
  response: ProviderResponse,
})
const Body = Schema.fromJsonString(Schema.toCodecJson(Entry))
const encode = Schema.encodeSync(Body)
const decode = Schema.decodeUnknownOption(Body)

/** A row as it is written. */
export interface Written {
  readonly version: number
  readonly checksum: string
  readonly body: string
}

const checksumOf = (id: string, body: string): string => hash("sha256", `${version}\n${id}\n${body}`)

/** Throws where a value cannot be written as JSON. */
export const written = (kept: Kept): Written => {
  const body = encode(kept)
  return { version, checksum: checksumOf(kept.id, body), body }
}

/** What a row says, or why it is not to be trusted. The checksum finds damage; it is no signature. */
export const readBack = (id: string, row: Written): Kept | "outdated" | "corrupt" => {
  if (row.version !== version) return "outdated"
  if (row.checksum !== checksumOf(id, row.body)) return "corrupt"
  const kept = Option.getOrUndefined(decode(row.body))
  return kept === undefined || kept.id !== id ? "corrupt" : kept
}
