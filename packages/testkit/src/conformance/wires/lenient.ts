import { isJsonObject, type JsonObject } from "../../internal/Json.ts"

/** Lenient readers: what is missing, or of another type, is empty. */
export const object = (value: unknown): JsonObject => (isJsonObject(value) ? value : {})
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
export const text = (value: unknown): string => (typeof value === "string" ? value : "")
